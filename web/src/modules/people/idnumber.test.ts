import { describe, expect, it } from 'vitest';
import { ageOf, goodNumber } from './idnumber';

const make = (body: string) => {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return body + '10X98765432'[weights.reduce((n, w, i) => n + w * Number(body[i]), 0) % 11];
};

describe('an identity number', () => {
  it('has a check character and a birthday', () => {
    const good = make('62990119560307001');
    expect(goodNumber(good)).toBe(true);
    expect(goodNumber(good.toLowerCase() + ' ')).toBe(true);
    expect(goodNumber(good.slice(0, 17) + (good[17] === '0' ? '1' : '0'))).toBe(false);
    expect(goodNumber(make('62990119560231001'))).toBe(false); // 31 February
    expect(goodNumber('')).toBe(false);
  });
  it('tells the age on the day', () => {
    const n = make('62990120080601001');
    expect(ageOf(n, new Date('2026-05-31T12:00:00Z'))).toBe(17);
    expect(ageOf(n, new Date('2026-06-01T12:00:00Z'))).toBe(18);
    expect(ageOf('629901', new Date())).toBeUndefined();
  });
});
