import { describe, expect, it } from 'vitest';
import { readClock, shanghai } from './when';

describe('times', () => {
  it('are those of Shanghai', () => {
    const evening = new Date('2026-03-01T16:30:00Z'); // half past midnight of the second
    expect(shanghai(evening, 0, '10:00').toISOString()).toBe('2026-03-02T02:00:00.000Z');
    expect(shanghai(evening, 1, '00:15').toISOString()).toBe('2026-03-02T16:15:00.000Z');
  });
  it('are read as people type them', () => {
    expect(readClock('1:02:03')).toBe(3723);
    expect(readClock('2：05')).toBe(125);
    expect(readClock('45')).toBe(45);
    expect(readClock('1:xx')).toBeUndefined();
    expect(readClock('')).toBeUndefined();
  });
});
