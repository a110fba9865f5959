import { describe, expect, it } from 'vitest';
import phrases from './phrases.json';
import { moneyKeys, numberKeys, text } from './speak';

const clips = Object.keys(import.meta.glob('./clips/*/*.mp3', { query: '?url' }));

describe('listening', () => {
  it('has a clip for every phrase, and no other', () => {
    const wanted = Object.entries(phrases).flatMap(([key, words]) => Object.keys(words).map((lang) => `./clips/${lang}/${key}.mp3`));
    expect(clips.sort()).toEqual(wanted.sort());
  });
  it('has every sentence in both languages', () => {
    for (const [key, words] of Object.entries(phrases)) if (!/^n\d+$/.test(key)) expect(Object.keys(words).sort(), key).toEqual(['en', 'zh-CN']);
  });
  it.each([
    [0, '零'],
    [7, '七'],
    [10, '十'],
    [18, '十八'],
    [20, '二十'],
    [105, '一百零五'],
    [110, '一百一十'],
    [326, '三百二十六'],
    [1007, '一千零七'],
    [2030, '二千零三十'],
    [10_000, '一万'],
    [12_305, '一万二千三百零五'],
    [100_080, '十万零八十'],
  ])('reads %d as %s', (n, said) => {
    expect(numberKeys(n, 'zh-CN').map((k) => (phrases as Record<string, { 'zh-CN'?: string }>)[k]!['zh-CN']).join('')).toBe(said);
  });
  it.each([
    [0, 'zero'],
    [13, 'thirteen'],
    [42, 'forty two'],
    [300, 'three hundred'],
    [12_305, 'twelve thousand three hundred five'],
  ])('reads %d as %s', (n, said) => {
    expect(numberKeys(n, 'en').map((k) => (phrases as Record<string, { en?: string }>)[k]!.en).join(' ')).toBe(said);
  });
  it('reads money to the fen', () => {
    expect(moneyKeys(32_605, 'zh-CN')).toEqual(['n3', 'n100', 'n2', 'n10', 'n6', 'unit.point', 'n0', 'n5', 'unit.yuan']);
    expect(moneyKeys(2000, 'en')).toEqual(['n20', 'unit.yuan']);
  });
  it('gives the words for reading along', () => {
    expect(text(['home.toShip', 7, 'unit.orders'], 'zh-CN')).toBe('等您发货的有 7 单。');
  });
});
