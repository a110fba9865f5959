import { describe, expect, it } from 'vitest';
import { Purchase } from './buy';
import { perJin, shortId } from './model';

describe('a purchase', () => {
  const wish = { pack: 'k', quantity: 1, priceVersion: 3, addressId: 'a' };
  it('keeps its key for the same wish, so that a repeat on a weak network buys once', () => {
    const p = new Purchase();
    const key = p.keyFor(wish);
    expect(p.keyFor({ ...wish })).toBe(key);
  });
  it('is another one with another number, price or address', () => {
    const p = new Purchase();
    const keys = [p.keyFor(wish), p.keyFor({ ...wish, quantity: 2 }), p.keyFor({ ...wish, priceVersion: 4 }), p.keyFor({ ...wish, addressId: 'b' })];
    expect(new Set(keys).size).toBe(4);
  });
});

describe('prices', () => {
  it('of 500 g are rounded half up in whole fen', () => {
    expect([perJin(2980, 2500), perJin(1, 1000), perJin(6800, 500), perJin(1280, 200), perJin(100, 0)]).toEqual([596, 1, 6800, 3200, 0]);
  });
});

describe('an order number', () => {
  it('is read by its end', () => expect(shortId('ord_01m88yexv2eecr9btsd41ser27')).toBe('D41SER27'));
});
