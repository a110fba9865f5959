import { describe, expect, it } from 'vitest';
import { Lanes } from './danmaku';

describe('flying lines', () => {
  it('take the first free lane and are dropped when all are full', () => {
    const lanes = new Lanes(2, 300);
    expect([lanes.add('a', 100), lanes.add('b', 100), lanes.add('c', 100)]).toEqual([true, true, false]);
    expect(lanes.flying.map((f) => f.lane)).toEqual([0, 1]);
  });
  it('never catch up with the one before', () => {
    const lanes = new Lanes(1, 300);
    lanes.add('short', 40);
    for (let t = 0; t < 20; t += 0.05) {
      lanes.add('a much longer one', 260);
      lanes.step(0.05);
      const [first, second] = lanes.flying;
      if (first && second) expect(second.x).toBeGreaterThanOrEqual(first.x + first.width);
    }
  });
  it('come to rest once everything has left', () => {
    const lanes = new Lanes(1, 300);
    lanes.add('a', 40);
    expect(lanes.step(1)).toBe(true);
    expect(lanes.step(60)).toBe(false);
    expect(lanes.flying).toEqual([]);
  });
});
