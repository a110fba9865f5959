// How much picture a weak line gets. Pure: samples in, level out.
//
// full: 540x960 at 20 frames; small: a quarter of it at 12; still: sound and a
// photo a second. Down after 6 s of bad (loss over 8 %, or room for less than
// 150 kbit/s), up after 20 s of good. A climb that did not hold makes the next
// wait twice as long, so a line at the edge does not swing.

export type Level = 'full' | 'small' | 'still';

export interface Sample {
  at: number; // ms
  /** Share of packets that did not arrive, 0 to 1. */
  loss: number;
  /** What the line has room for, kbit/s; undefined when nobody can tell. */
  kbps?: number;
}

export interface Ladder {
  level: Level;
  badSince?: number;
  goodSince?: number;
  /** When the last climb was made. */
  climbedAt?: number;
  /** How long it must be good before the next climb, ms. */
  patience: number;
}

export const badFor = 6_000;
export const goodFor = 20_000;
const held = 30_000; // a climb that lasted this long was right
const longest = 160_000;

const down: Record<Level, Level> = { full: 'small', small: 'still', still: 'still' };
const up: Record<Level, Level> = { full: 'full', small: 'full', still: 'small' };

export const ladder = (level: Level = 'full'): Ladder => ({ level, patience: goodFor });

/** With a still picture little is sent, so room cannot be measured: loss decides. */
const bad = (s: Sample, level: Level) => s.loss > 0.08 || (level !== 'still' && s.kbps !== undefined && s.kbps < 150);

export function step(l: Ladder, s: Sample): Ladder {
  if (bad(s, l.level)) {
    const since = l.badSince ?? s.at;
    if (s.at - since < badFor || l.level === 'still') return { ...l, badSince: since, goodSince: undefined };
    const hasty = l.climbedAt !== undefined && since - l.climbedAt < held;
    return { level: down[l.level], patience: hasty ? Math.min(l.patience * 2, longest) : goodFor };
  }
  const since = l.goodSince ?? s.at;
  if (l.level === 'full' || s.at - since < l.patience) return { ...l, badSince: undefined, goodSince: since };
  return { level: up[l.level], climbedAt: s.at, patience: l.patience };
}
