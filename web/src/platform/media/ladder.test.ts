import { describe, expect, it } from 'vitest';
import { ladder, step, type Ladder, type Sample } from './ladder';

/** Feeds one sample every two seconds and gives the levels with their second. */
function run(from: Ladder, seconds: number, sample: (s: number) => Omit<Sample, 'at'>, start = 0) {
  let l = from;
  const moves: string[] = [];
  for (let s = start; s <= start + seconds; s += 2) {
    const next = step(l, { at: s * 1000, ...sample(s) });
    if (next.level !== l.level) moves.push(`${s}:${next.level}`);
    l = next;
  }
  return { moves, l };
}
const good = () => ({ loss: 0.01, kbps: 700 });
const lossy = () => ({ loss: 0.09, kbps: 700 });
const narrow = () => ({ loss: 0, kbps: 149 });

describe('the picture ladder', () => {
  it('stays on a good line', () => expect(run(ladder(), 120, good).moves).toEqual([]));
  it('goes down after six bad seconds, by loss or by room', () => {
    expect(run(ladder(), 12, lossy).moves).toEqual(['6:small']);
    expect(run(ladder(), 12, narrow).moves).toEqual(['6:small']);
  });
  it('goes on to the still photo when small is not enough', () => {
    expect(run(ladder(), 20, lossy).moves).toEqual(['6:small', '14:still']);
  });
  it('stands on the borders', () => {
    expect(run(ladder(), 60, () => ({ loss: 0.08, kbps: 150 })).moves).toEqual([]);
  });
  it('forgives a short hiccup', () => {
    expect(run(ladder(), 60, (s) => (s % 8 === 0 ? lossy() : good())).moves).toEqual([]);
  });
  it('climbs after twenty good seconds, one step at a time', () => {
    expect(run(ladder('still'), 44, () => ({ loss: 0 })).moves).toEqual(['20:small', '42:full']);
  });
  it('does not wait for room while only a photo is sent', () => {
    expect(run(ladder('still'), 20, narrow).moves).toEqual(['20:small']);
  });
  it('waits twice as long after a climb that did not hold', () => {
    let l = run(ladder('small'), 20, good).l;
    expect(l.level).toBe('full');
    l = run(l, 8, lossy, 22).l;
    expect([l.level, l.patience]).toEqual(['small', 40_000]);
    expect(run(l, 60, good, 32).moves).toEqual(['72:full']);
  });
  it('forgets that when a climb has held', () => {
    let l: Ladder = { level: 'full', climbedAt: 0, patience: 80_000 };
    l = run(l, 60, good).l;
    l = run(l, 8, lossy, 62).l;
    expect([l.level, l.patience]).toEqual(['small', 20_000]);
  });
});
