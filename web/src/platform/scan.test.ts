import { expect, it } from 'vitest';
import { trackingOf } from './scan';

it.each([
  ['sf1234567890123', 'SF1234567890123'],
  [' 7734-0056-12 ', '7734-0056-12'],
  ['https://carrier.example/q?no=YT8812345678901&x=1', 'YT8812345678901'],
  ['你好', ''],
  ['123', ''],
])('finds the number in %s', (raw, number) => expect(trackingOf(raw)).toBe(number));
