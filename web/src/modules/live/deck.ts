// Everything a host must see while on air, kept current by the room's frames.
import { computed, onBeforeUnmount, reactive, ref, shallowRef } from 'vue';
import { api, got, type Schemas } from '@/platform/api/client';
import { listen, type Frame } from '@/platform/realtime';
import { me } from '@/platform/session';

export type Line = Schemas['ChatShape'];
export type Question = Schemas['InteractQuestion'];
export type Product = Schemas['CatalogCard'];

export interface DeckState {
  room: Schemas['RoomDetail'] | undefined;
  bag: string[];
  pinned: string;
  products: Product[];
  lines: Line[];
  held: Line[];
  questions: Question[];
  polls: Schemas['InteractPoll'][];
  draws: Schemas['InteractDraw'][];
  guests: Schemas['InteractGuest'][];
  viewers: number;
  likes: number;
  /** Orders told during this broadcast, the newest first. */
  orders: OrderNote[];
}

export interface OrderNote {
  order: string;
  state: string;
  totalFen: number;
  at: number;
}

export const emptyDeck = (): DeckState => ({ room: undefined, bag: [], pinned: '', products: [], lines: [], held: [], questions: [], polls: [], draws: [], guests: [], viewers: 0, likes: 0, orders: [] });

const mostLines = 200;
/** Puts a thing in a list by its id: replaced where it stands, else first. */
const upsert = <T extends { id: string }>(list: T[], x: T): T[] => (list.some((y) => y.id === x.id) ? list.map((y) => (y.id === x.id ? x : y)) : [x, ...list]);

/** What a frame of the room changes; answers which lists must be read anew. */
export function apply(s: DeckState, f: Frame): ('bag' | 'held' | 'guests')[] {
  const d = f.data as any;
  switch (f.kind) {
    case 'state':
      if (s.room) {
        s.room.state = d.state;
        s.room.session = d.session;
        Object.assign(s.room.broadcast, { id: d.session, state: d.state, awaySince: d.awaySince });
        if (d.state === 'frozen') s.room.broadcast.freezeReason = d.reason ?? '';
        if (d.state === 'ended') s.room.broadcast.endReason = d.reason ?? '';
        if (d.state === 'live' && !s.room.broadcast.startedAt) s.room.broadcast.startedAt = d.at;
      }
      return [];
    case 'pin':
      s.pinned = d.product ?? '';
      return [];
    case 'price':
    case 'stock':
      for (const p of s.products) {
        for (const k of p.packs) {
          if (k.id !== d.pack) continue;
          if (f.kind === 'price') Object.assign(k, { priceFen: d.priceFen, priceVersion: d.version });
          else k.stock = d.band;
        }
      }
      return f.kind === 'stock' ? ['bag'] : [];
    case 'bag':
      return ['bag'];
    case 'question': {
      const q = d as Question;
      s.questions = q.state === 'merged' ? s.questions.filter((x) => x.id !== q.id) : upsert(s.questions, q);
      return [];
    }
    case 'poll':
      s.polls = upsert(s.polls, d);
      return [];
    case 'draw':
      s.draws = upsert(s.draws, d);
      return [];
    case 'guest':
      return ['guests'];
    case 'retract':
      s.lines = s.lines.map((l) => (d.lines.includes(l.id) ? { ...l, state: 'retracted' as const } : l));
      return [];
    case 'held':
      return ['held'];
    case 'lines':
      for (const l of d as Line[]) if (!s.lines.some((x) => x.id === l.id)) s.lines.push(l);
      if (s.lines.length > mostLines) s.lines.splice(0, s.lines.length - mostLines);
      s.held = s.held.filter((h) => !(d as Line[]).some((l) => l.id === h.id));
      return [];
  }
  return [];
}

/** Questions to answer now: open ones of this broadcast, the most wanted first. */
export const openQuestions = (s: DeckState) =>
  s.questions.filter((q) => q.state === 'open').sort((a, b) => b.upvotes - a.upvotes || a.at.localeCompare(b.at));

/** The room's goods in the order of its bag, then the seller's other listed goods. */
export function goods(s: DeckState): { inBag: Product[]; others: Product[] } {
  const byID = new Map(s.products.map((p) => [p.id, p]));
  return {
    inBag: s.bag.flatMap((id) => byID.get(id) ?? []),
    others: s.products.filter((p) => p.state === 'listed' && !s.bag.includes(p.id)),
  };
}

export function useDeck(room: string, on: { order?(note: OrderNote): void; question?(): void } = {}) {
  const state = reactive(emptyDeck()) as DeckState;
  const error = shallowRef<unknown>();
  const connected = ref(true);
  const path = { params: { path: { id: room } } };

  const read = {
    room: async () => {
      state.room = await got(api.GET('/api/rooms/{id}', path));
    },
    bag: async () => {
      const bag = await got(api.GET('/api/rooms/{id}/bag', path));
      state.bag = bag.items.map((i) => i.id);
      state.pinned = bag.pinned;
      const org = state.room?.seller.id;
      if (org) state.products = (await got(api.GET('/api/products', { params: { query: { seller: org, limit: 100 } } }))).items;
    },
    held: async () => {
      state.held = (await got(api.GET('/api/rooms/{id}/held', { params: { path: { id: room }, query: { limit: 50 } } }))).items;
    },
    guests: async () => {
      state.guests = (await got(api.GET('/api/rooms/{id}/guests', path))).items;
    },
    questions: async () => {
      state.questions = (await got(api.GET('/api/rooms/{id}/questions', { params: { path: { id: room }, query: { state: 'open', limit: 100 } } }))).items;
    },
    games: async () => {
      const query = { params: { path: { id: room }, query: { limit: 10 } } };
      const [polls, draws] = await Promise.all([got(api.GET('/api/rooms/{id}/polls', query)), got(api.GET('/api/rooms/{id}/draws', query))]);
      state.polls = polls.items;
      state.draws = draws.items;
    },
    counters: async () => {
      const c = await got(api.GET('/api/rooms/{id}/counters', path));
      state.viewers = c.viewers;
      state.likes = c.likes;
    },
  };

  async function all() {
    try {
      await read.room();
      error.value = undefined;
      await Promise.all([read.bag(), read.held(), read.guests(), read.questions(), read.games(), read.counters()]);
    } catch (e) {
      error.value = e;
    }
  }
  const again = (what: keyof typeof read) => void read[what]().catch(() => undefined); // the next frame or gap reads it

  const take = (f: Frame) => {
    const had = openQuestions(state).length;
    for (const what of apply(state, f)) again(what);
    if (f.kind === 'question' && openQuestions(state).length > had) on.question?.();
  };
  const person = me.value?.helper ?? me.value?.account.id;
  const stop = [
    listen<Frame>(`room:${room}:state`, { message: take, gap: () => void all(), state: (c) => (connected.value = c) }),
    listen<Frame>(`room:${room}:desk`, { message: take }),
    ...(person
      ? [
          listen<Frame<Omit<OrderNote, 'at'> & { seller: string }>>(`me:${person}`, {
            message(f) {
              if (f.kind !== 'order' || f.data.seller !== state.room?.seller.id) return;
              const { order, state: now, totalFen } = f.data;
              const known = state.orders.find((o) => o.order === order);
              if (known) known.state = now;
              else if (now === 'placed') {
                const note = { order, state: now, totalFen, at: Date.now() };
                state.orders = [note, ...state.orders].slice(0, 50);
                on.order?.(note);
              }
              again('bag');
            },
          }),
        ]
      : []),
  ];
  const timer = setInterval(() => document.visibilityState === 'visible' && again('counters'), 4_000);
  onBeforeUnmount(() => {
    clearInterval(timer);
    for (const s of stop) s();
  });
  void all();
  return { state, error, connected, reload: all, read, onAir: computed(() => state.room?.state === 'live' || state.room?.state === 'away') };
}

export type Deck = ReturnType<typeof useDeck>;
