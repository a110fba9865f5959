import { describe, expect, it } from 'vitest';
import { actOf, answered, blank, labelOf, perJin } from './product';

describe('making a product', () => {
  it('names a pack by its weight', () => {
    expect(labelOf(2500)).toBe('5 斤装');
    expect(labelOf(250)).toBe('250 克');
  });
  it('shows the price of a jin as the shelf does', () => {
    expect(perJin(2980, 2500)).toBe(596);
    expect(perJin(1000, 1500)).toBe(333);
    expect(perJin(1, 1000)).toBe(1); // half a fen goes up
    expect(perJin(100, 0)).toBe(0);
  });
  it('asks until there is an answer', () => {
    const m = blank();
    expect(answered('photo', m, undefined)).toBe(false);
    expect(answered('title', { ...m, title: ' 苹 ' }, undefined)).toBe(false);
    expect(answered('title', { ...m, title: '苹果' }, undefined)).toBe(true);
    expect(answered('price', m, 0)).toBe(false);
    expect(answered('price', m, 2980)).toBe(true);
    expect(answered('stock', { ...m, stock: 0 }, 1)).toBe(true);
  });
  it('becomes one act', () => {
    const act = actOf({ ...blank(), title: ' 花牛苹果 ', shipTo: ['31'] }, 2980, { org: 'org_1', origin: '629901', place: '会宁坪' }, true);
    expect(act.pack).toEqual({ label: '5 斤装', netGrams: 2500, priceFen: 2980, stock: 20 });
    expect(act.product).toMatchObject({ org: 'org_1', title: '花牛苹果', place: '会宁坪', shipTo: ['31'] });
  });
});
