import { afterEach, describe, expect, it } from 'vitest';
import { lang } from '@/platform/prefs';
import { clock, count, money, splitFen, weight } from './format';

afterEach(() => {
  lang.value = 'zh-CN';
});

describe('format', () => {
  it('splits fen without floats', () => {
    expect(splitFen(2980)).toEqual({ sign: '¥', yuan: '29', cents: '80' });
    expect(splitFen(-5)).toEqual({ sign: '−¥', yuan: '0', cents: '05' });
    expect(money(123456789)).toBe('¥1,234,567.89');
  });
  it('weighs in the words of each language', () => {
    expect(weight(2500)).toBe('5 斤');
    expect(weight(250)).toBe('250 克');
    lang.value = 'en';
    expect(weight(2500)).toBe('2.5 kg');
  });
  it('shortens counters downwards, never up', () => {
    expect(count(9999)).toBe('9999');
    expect(count(12_999)).toBe('1.2万');
    lang.value = 'en';
    expect(count(1999)).toBe('1.9k');
  });
  it('tells positions', () => {
    expect(clock(5)).toBe('0:05');
    expect(clock(3725)).toBe('1:02:05');
  });
});
