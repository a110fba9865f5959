import { expect, it } from 'vitest';
import { wordsOf } from './words';

it('reads a list of words however it is typed', () => {
  expect(wordsOf(' 加微信, 私下交易\n加微信、 假一赔十；')).toEqual(['加微信', '私下交易', '假一赔十']);
  expect(wordsOf('')).toEqual([]);
});
