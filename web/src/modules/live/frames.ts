// What a room is told by itself, and what each telling changes. Pure, so that
// every frame can be tried without a server.
import type { Bag, BagItem, Draw, Guest, Poll, Question, RoomState } from './model';

export interface TickFrame {
  lines: ChatLine[];
  dropped: number;
  likes: number;
  viewers: number;
}

/** A chat line as it travels; own lines are on the screen before the server has them. */
export interface ChatLine {
  id: string;
  account: string;
  name: string;
  role: 'host' | 'staff' | 'viewer';
  text: string;
  question: boolean;
  at: string;
  state?: 'sending' | 'shown' | 'held' | 'failed' | 'refused' | 'retracted';
  /** Why it could not be sent, in words. */
  problem?: string;
}

export interface StateFrame {
  session: string;
  state: RoomState;
  reason?: string;
  awaySince?: string;
}

export interface PinFrame {
  product: string;
  card?: BagItem;
}

export interface PackFrame {
  product: string;
  pack: string;
  priceFen?: number;
  version?: number;
  band?: 'plenty' | 'low' | 'gone';
}

export interface GuestFrame {
  slot: string;
  name?: string;
  state: 'invited' | 'gone';
  whepUrl?: string;
}

/** What was pinned, with the card that came along, which is newer than the bag. */
export function pinned(bag: Bag, frame: PinFrame): Bag {
  const items = frame.card ? (bag.items.some((i) => i.id === frame.product) ? bag.items.map((i) => (i.id === frame.product ? frame.card! : i)) : [...bag.items, frame.card]) : bag.items;
  return { ...bag, items, pinned: frame.product };
}

/** A new price or stock band. An older version than the one shown is a late frame and changes nothing. */
export function packChanged(bag: Bag, frame: PackFrame): Bag {
  return {
    ...bag,
    items: bag.items.map((item) =>
      item.id !== frame.product
        ? item
        : {
            ...item,
            packs: item.packs.map((p) => {
              if (p.id !== frame.pack) return p;
              if (frame.band) return { ...p, band: frame.band };
              if (frame.version === undefined || frame.version <= p.version) return p;
              return { ...p, priceFen: frame.priceFen ?? p.priceFen, version: frame.version, wasFen: 0 };
            }),
          },
    ),
  };
}

/** Puts a thing in the place of the one with its id, or in front. */
export function upsert<T extends { id: string }>(list: T[], item: T): T[] {
  return list.some((x) => x.id === item.id) ? list.map((x) => (x.id === item.id ? item : x)) : [item, ...list];
}

export function questionsAfter(list: Question[], q: Question): Question[] {
  return q.state === 'merged' ? list.filter((x) => x.id !== q.id) : upsert(list, q);
}

export function guestsAfter(list: Guest[], f: GuestFrame): Guest[] {
  const rest = list.filter((g) => g.slot !== f.slot);
  return f.state === 'gone' ? rest : [...rest, { slot: f.slot, name: f.name ?? '', whepUrl: f.whepUrl ?? '', at: '' }];
}

/** The running poll or lucky bag: the newest that still matters to a viewer. */
export const runningPoll = (polls: Poll[], now: number) => polls.find((p) => !p.closed && Date.parse(p.closes) > now);
/** A lucky bag stays on the screen for five minutes after the draw. */
export const shownDraw = (draws: Draw[], now: number) => draws.find((d) => (d.drawn ? now - Date.parse(d.drawn) < 300_000 : true));

const mostLines = 200;

/**
 * Adds lines from a tick. An own line is there already under its number or,
 * when the frame was quicker than the answer, as the one being sent.
 */
export function linesAfter(list: ChatLine[], fresh: ChatLine[], me: string): ChatLine[] {
  const out = [...list];
  for (const line of fresh) {
    const known = out.findIndex((l) => l.id === line.id);
    if (known >= 0) {
      out[known] = { ...line, state: 'shown' };
      continue;
    }
    const sending = me && line.account === me ? out.findIndex((l) => l.state === 'sending' && l.text === line.text) : -1;
    if (sending >= 0) out[sending] = { ...line, state: 'shown' };
    else out.push(line);
  }
  return out.slice(-mostLines);
}

export const without = (list: ChatLine[], ids: string[]) => list.filter((l) => !ids.includes(l.id));

/** The answer that stands above the chat: the newest pinned one. */
export function pinnedAnswer(answered: Question[]): Question | undefined {
  return answered.filter((q) => q.pinned && q.answer).sort((a, b) => b.answeredAt - a.answeredAt)[0];
}

/** Open questions, the most wanted first; among equals the earlier asked. */
export const byWish = (list: Question[]) => [...list].sort((a, b) => b.upvotes - a.upvotes || a.at.localeCompare(b.at));
