import { expect, it } from 'vitest';
import { megabytesAnHour, usualKbps } from './cost';

it('tells the data of an hour', () => {
  expect(megabytesAnHour(usualKbps)).toBe(270);
});
