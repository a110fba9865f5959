import { describe, expect, it } from 'vitest';
import { readTimeline } from './recording';

// Two stretches of ten seconds with a hole of a minute between them.
const list = `#EXTM3U
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z
#EXTINF:5.00000,
a
#EXTINF:5.00000,
b
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:01:10.000Z
#EXTINF:10.00000,
c
#EXT-X-ENDLIST`;
const day = (s: number) => Date.parse('2026-01-01T00:00:00Z') + s * 1000;

describe('a recording with a hole', () => {
  const t = readTimeline(list);
  it('tells the time of day of a moment that is played', () => {
    expect([t.dayAt(0), t.dayAt(7), t.dayAt(12)]).toEqual([day(0), day(7), day(72)]);
  });
  it('finds the moment of a time of day; in the hole, where it goes on', () => {
    expect([t.playAt(day(7)), t.playAt(day(40)), t.playAt(day(75)), t.playAt(day(500))]).toEqual([7, 10, 15, 20]);
  });
  it('finds a place in the recording, which counts the hole', () => {
    expect([t.playFrom(3), t.playFrom(71)]).toEqual([3, 11]);
  });
  it('is empty when nothing was recorded', () => {
    expect(readTimeline('#EXTM3U').empty).toBe(true);
  });
});
