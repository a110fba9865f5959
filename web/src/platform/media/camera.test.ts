import { describe, expect, it } from 'vitest';
import { lightOf } from './camera';

const fill = (y: number, n = 100) => Array.from({ length: n * 4 }, (_, i) => (i % 4 === 3 ? 255 : y));

describe('light', () => {
  it('tells dark, good, bright', () => {
    expect(lightOf([])).toBe('unknown');
    expect(lightOf(fill(20))).toBe('dark');
    expect(lightOf(fill(120))).toBe('good');
    expect(lightOf(fill(230))).toBe('bright');
  });
  it('sees a blown-out sky over a dark field', () => {
    expect(lightOf([...fill(255, 40), ...fill(60, 60)])).toBe('bright');
  });
});
