import { expect, it } from 'vitest';
import { readYuan } from './yuan';

it.each([
  ['29.8', 2980],
  ['29.80', 2980],
  ['¥ 3', 300],
  ['12元', 1200],
  ['5块', 500],
  ['0.05', 5],
  ['7。5', 750],
  ['', undefined],
  ['29.808', undefined],
  ['-3', undefined],
  ['abc', undefined],
])('reads %s', (text, fen) => expect(readYuan(text)).toBe(fen));
