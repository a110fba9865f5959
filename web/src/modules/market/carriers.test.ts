import { expect, it } from 'vitest';
import { guess } from './carriers';

it.each([
  ['sf1234567890123', '顺丰'],
  ['YT8812345678901', '圆通'],
  ['EA123456789CN', '中国邮政'],
  ['ABC', ''],
])('%s is of %s', (n, carrier) => expect(guess(n)).toBe(carrier));
