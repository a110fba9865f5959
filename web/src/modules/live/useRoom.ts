// A live room as its page shows it: read once, then kept true by frames, and
// read anew whenever frames may have been missed.
import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch, type InjectionKey } from 'vue';
import { api, ApiError, got, newKey, withKey } from '@/platform/api/client';
import { t } from '@/platform/i18n';
import { listen, type Frame } from '@/platform/realtime';
import { me, whoAmI } from '@/platform/session';
import * as f from './frames';
import { onAir, type Bag, type Draw, type Guest, type Poll, type Question, type RoomDetail } from './model';

export type LiveRoom = ReturnType<typeof useRoom>;
const key: InjectionKey<LiveRoom> = Symbol('room');

/** The room that the page above has opened. */
export function theRoom(): LiveRoom {
  const r = inject(key);
  if (!r) throw new Error('no room is open above this part');
  return r;
}

export function useRoom(id: string) {
  const at = { params: { path: { id } } } as const;
  const room = shallowRef<RoomDetail>();
  const error = shallowRef<unknown>();
  const reason = ref('');
  const bag = shallowRef<Bag>({ items: [], pinned: '' });
  const lines = shallowRef<f.ChatLine[]>([]);
  const dropped = ref(0);
  const viewers = ref(0);
  const likes = ref(0);
  const own = ref(0); // likes tapped here that the counters do not hold yet
  const open = shallowRef<Question[]>([]);
  const answered = shallowRef<Question[]>([]);
  const polls = shallowRef<Poll[]>([]);
  const draws = shallowRef<Draw[]>([]);
  const guests = shallowRef<Guest[]>([]);
  const slow = ref(0);
  const connected = ref(true);
  const now = ref(Date.now());
  /** Called with the lines of each tick: danmaku. */
  const heard = new Set<(line: f.ChatLine) => void>();

  const state = computed(() => room.value?.state);
  const live = computed(() => onAir(state.value));

  async function readRoom() {
    try {
      const r = await got(api.GET('/api/rooms/{id}', at));
      room.value = r;
      viewers.value = Math.max(viewers.value, r.viewers);
      reason.value = r.broadcast.freezeReason;
      error.value = undefined;
    } catch (e) {
      if (!room.value) error.value = e;
    }
  }

  const quietly = <T>(call: Promise<T>, use: (v: T) => void) => call.then(use, () => undefined); // the next frame or gap reads again
  const readBag = () => quietly(got(api.GET('/api/rooms/{id}/bag', at)), (b) => (bag.value = b));
  const readQuestions = () =>
    Promise.all([
      quietly(got(api.GET('/api/rooms/{id}/questions', { params: { path: { id }, query: { state: 'open', limit: 50 } } })), (p) => (open.value = p.items)),
      quietly(got(api.GET('/api/rooms/{id}/questions', { params: { path: { id }, query: { state: 'answered', limit: 30 } } })), (p) => (answered.value = p.items)),
    ]);

  async function readLines() {
    const session = room.value?.session;
    if (!session || !live.value) return;
    const from = new Date(Date.now() - 3 * 60_000).toISOString();
    const p = await got(api.GET('/api/sessions/{id}/lines', { params: { path: { id: session }, query: { from, limit: 100 } } })).catch(() => undefined);
    if (p) lines.value = f.linesAfter(p.items, lines.value.filter((l) => l.state !== 'shown' || !p.items.some((x) => x.id === l.id)), me.value?.account.id ?? '');
  }

  function readRest() {
    void readBag();
    void readQuestions();
    void readLines();
    void quietly(got(api.GET('/api/rooms/{id}/counters', at)), (c) => ((likes.value = c.likes), (viewers.value = c.viewers)));
    void quietly(got(api.GET('/api/rooms/{id}/polls', { params: { path: { id }, query: { limit: 5 } } })), (p) => (polls.value = p.items.filter((x) => x.session === room.value?.session)));
    void quietly(got(api.GET('/api/rooms/{id}/draws', { params: { path: { id }, query: { limit: 5 } } })), (p) => (draws.value = p.items.filter((x) => x.session === room.value?.session)));
    void quietly(got(api.GET('/api/rooms/{id}/guests', at)), (g) => (guests.value = g.items));
  }

  /** Everything from the API: at the start, and when frames were missed. */
  async function read() {
    await readRoom();
    if (room.value) readRest();
  }

  function moved(frame: f.StateFrame) {
    const r = room.value;
    if (!r) return;
    const fresh = frame.session !== r.session;
    reason.value = frame.reason ?? '';
    room.value = { ...r, state: frame.state, session: frame.session, broadcast: { ...r.broadcast, id: frame.session, state: frame.state, awaySince: frame.awaySince } };
    // A new broadcast, or the end of one, has more to it than the frame tells.
    if (fresh || frame.state === 'ended') void read();
  }

  const frames: Record<string, (data: never) => void> = {
    state: moved,
    pin: (d: f.PinFrame) => (bag.value = f.pinned(bag.value, d)),
    price: (d: f.PackFrame) => (bag.value = f.packChanged(bag.value, d)),
    stock: (d: f.PackFrame) => (bag.value = f.packChanged(bag.value, d)),
    bag: () => void readBag(),
    question: (q: Question) => {
      open.value = q.state === 'open' ? f.questionsAfter(open.value, q) : open.value.filter((x) => x.id !== q.id);
      answered.value = q.state === 'answered' ? f.questionsAfter(answered.value, q) : answered.value.filter((x) => x.id !== q.id);
    },
    questions: () => void readQuestions(),
    poll: (p: Poll) => (polls.value = f.upsert(polls.value, p)),
    draw: (d: Draw) => (draws.value = f.upsert(draws.value, d)),
    guest: (g: f.GuestFrame) => (guests.value = f.guestsAfter(guests.value, g)),
    retract: (d: { lines: string[] }) => (lines.value = f.without(lines.value, d.lines)),
    settings: (d: { slowSeconds: number }) => (slow.value = d.slowSeconds),
  };

  function tick(t: f.TickFrame) {
    viewers.value = t.viewers;
    likes.value += t.likes;
    own.value = Math.max(0, own.value - t.likes);
    dropped.value = t.dropped;
    if (!t.lines.length) return;
    const seen = new Set(lines.value.map((l) => l.id));
    lines.value = f.linesAfter(lines.value, t.lines, me.value?.account.id ?? '');
    for (const line of t.lines) if (!seen.has(line.id) && line.account !== me.value?.account.id) heard.forEach((tell) => tell(line));
  }

  const leave: (() => void)[] = [];
  void read().then(() => {
    if (!room.value || gone) return;
    leave.push(
      listen<Frame<f.TickFrame>>(`room:${id}:line`, { message: (m) => m.kind === 'tick' && tick(m.data), state: (on) => (connected.value = on) }),
      listen<Frame<never>>(`room:${id}:state`, { message: (m) => frames[m.kind]?.(m.data), gap: () => void read() }),
    );
  });
  let gone = false;
  const second = setInterval(() => (now.value = Date.now()), 1000);
  onScopeDispose(() => {
    gone = true;
    clearInterval(second);
    clearTimeout(likeTimer);
    leave.forEach((off) => off());
  });

  /** Says something: on the screen at once, then as the server has it. */
  async function say(text: string, question: boolean, again?: string) {
    const k = again ?? newKey();
    const mine: f.ChatLine = { id: k, account: me.value!.account.id, name: me.value!.account.name, role: 'viewer', text, question, at: new Date().toISOString(), state: 'sending' };
    lines.value = again ? lines.value.map((l) => (l.id === k ? mine : l)) : [...lines.value, mine];
    if (!again) heard.forEach((tell) => tell(mine));
    try {
      const said = await got(api.POST('/api/rooms/{id}/lines', { ...at, body: { text, question }, ...withKey(k) }));
      // The frame may have come first: then the line is there under its number.
      const twice = lines.value.some((l) => l.id === said.id);
      lines.value = lines.value.flatMap((l): f.ChatLine[] => (l.id !== k ? [l] : twice ? [] : [said]));
      return said;
    } catch (e) {
      const problem = e instanceof ApiError && !e.offline ? e.message : t('kit.offline');
      lines.value = lines.value.map((l) => (l.id === k ? { ...l, state: 'failed', problem } : l));
      throw e;
    }
  }

  let likeTimer: ReturnType<typeof setTimeout> | undefined;
  let unsent = 0;
  /** A tap on the heart; what was tapped in a second is sent at once. */
  function like() {
    if (!live.value) return;
    own.value++;
    unsent++;
    likeTimer ??= setTimeout(() => {
      likeTimer = undefined;
      const n = Math.min(50, unsent);
      unsent -= n;
      api.POST('/api/rooms/{id}/likes', { ...at, body: { count: n } }).catch(() => (own.value = Math.max(0, own.value - n)));
    }, 1000);
  }

  async function follow(on: boolean) {
    await got(api.PUT('/api/rooms/{id}/follow', { ...at, body: { on } }));
    if (room.value) room.value = { ...room.value, following: on, followers: Math.max(0, room.value.followers + (on ? 1 : -1)) };
  }

  async function remind(on: boolean) {
    await got(api.PUT('/api/sessions/{id}/remind', { params: { path: { id: room.value!.session } }, body: { on } }));
    if (room.value) room.value = { ...room.value, reminded: on };
  }

  // Whoever signs in in the room sees their own ties to it.
  watch(
    () => me.value?.account.id,
    (is, was) => is !== was && was !== undefined && void readRoom(),
  );
  void whoAmI().catch(() => undefined);

  const self = {
    id, room, error, state, live, reason, bag, lines, dropped, viewers, likes: computed(() => likes.value + own.value), open, answered, polls, draws, guests, slow, connected, now, heard,
    pinnedItem: computed(() => bag.value.items.find((i) => i.id === bag.value.pinned)),
    pinnedAnswer: computed(() => f.pinnedAnswer(answered.value)),
    poll: computed(() => f.runningPoll(polls.value, now.value)),
    draw: computed(() => f.shownDraw(draws.value, now.value)),
    read, readBag, say, like, follow, remind,
  };
  provide(key, self as never);
  return self;
}
