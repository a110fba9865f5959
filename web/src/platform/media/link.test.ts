import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { link, next, type Effect, type Event, type Link } from './link';

/** Drives the machine with a fake clock: timers become events. */
function drive() {
  let state: Link = link();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const did: string[] = [];
  const begin = Date.now();
  const stamp = (what: string) => did.push(`${(Date.now() - begin) / 1000}s ${what}`);
  const send = (e: Event) => {
    let effects: Effect[];
    [state, effects] = next(state, e);
    for (const f of effects) {
      if (f.do === 'timer') {
        clearTimeout(timer);
        timer = setTimeout(() => send({ is: 'timer' }), f.ms);
      } else if (f.do === 'rest') clearTimeout(timer);
      else if (f.do !== 'drop') stamp(f.do);
    }
  };
  return { send, did, phase: () => state.phase, state: () => state };
}
const off: Event = { is: 'post-failed', status: 0, code: 'offline' };

describe('the link of a publisher', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function live() {
    const d = drive();
    d.send({ is: 'start' });
    d.send({ is: 'answered' });
    d.send({ is: 'connected' });
    return d;
  }

  it('goes live', () => {
    const d = live();
    expect(d.phase()).toBe('live');
    expect(d.did).toEqual(['0s post']);
    vi.advanceTimersByTime(60_000);
    expect(d.phase()).toBe('live');
  });

  it('mends a short cut by an ICE restart alone', () => {
    const d = live();
    d.send({ is: 'lost' });
    expect(d.did.at(-1)).toBe('0s restart');
    vi.advanceTimersByTime(4_900);
    d.send({ is: 'connected' });
    vi.advanceTimersByTime(60_000);
    expect(d.phase()).toBe('live');
    expect(d.did).toEqual(['0s post', '0s restart']);
  });

  it('posts anew after five seconds, then backs off 1, 2, 4, 8, 8', () => {
    const d = live();
    d.send({ is: 'lost' });
    d.send({ is: 'restart-failed', status: 0 });
    for (let i = 0; i < 6; i++) {
      vi.advanceTimersToNextTimer();
      d.send(off);
    }
    expect(d.did).toEqual(['0s post', '0s restart', '5s post', '6s post', '8s post', '12s post', '20s post', '28s post']);
  });

  it('comes back at once when the network does, and starts the back-off over', () => {
    const d = live();
    d.send({ is: 'lost' });
    vi.advanceTimersByTime(5_000);
    for (let i = 0; i < 4; i++) {
      d.send(off);
      if (i < 3) vi.advanceTimersToNextTimer();
    }
    expect(d.phase()).toBe('waiting');
    vi.advanceTimersByTime(3_000); // of the eight
    d.send({ is: 'wake' });
    expect(d.did.at(-1)).toBe('15s post');
    d.send(off);
    vi.advanceTimersByTime(1_000);
    expect(d.did.at(-1)).toBe('16s post');
    d.send({ is: 'answered' });
    d.send({ is: 'connected' });
    expect(d.state()).toMatchObject({ phase: 'live', tries: 0 });
  });

  it('restarts again when the network changes while it restarts', () => {
    const d = live();
    d.send({ is: 'lost' });
    vi.advanceTimersByTime(2_000);
    d.send({ is: 'wake' });
    expect(d.did.at(-1)).toBe('2s restart');
    vi.advanceTimersByTime(3_000);
    expect(d.did.at(-1)).toBe('5s post');
  });

  it('does not wait when the server has forgotten the connection', () => {
    const d = live();
    d.send({ is: 'lost' });
    vi.advanceTimersByTime(1_000);
    d.send({ is: 'restart-failed', status: 404 });
    expect(d.did.at(-1)).toBe('1s post');
  });

  it('gives up only when the server says no', () => {
    const d = drive();
    d.send({ is: 'start' });
    d.send({ is: 'post-failed', status: 503, code: 'unavailable' });
    expect(d.phase()).toBe('waiting');
    vi.advanceTimersByTime(1_000);
    d.send({ is: 'post-failed', status: 409, code: 'room_frozen' });
    expect(d.state()).toMatchObject({ phase: 'refused', reason: 'room_frozen', been: false });
    d.send({ is: 'wake' });
    expect(d.phase()).toBe('refused');
  });

  it('tries again when an answer leads to no connection', () => {
    const d = drive();
    d.send({ is: 'start' });
    d.send({ is: 'answered' });
    vi.advanceTimersByTime(8_000);
    expect(d.phase()).toBe('waiting');
    vi.advanceTimersByTime(1_000);
    expect(d.did).toEqual(['0s post', '9s post']);
  });

  it('ends for good', () => {
    const d = live();
    d.send({ is: 'stop' });
    for (const e of [{ is: 'lost' }, { is: 'wake' }, { is: 'timer' }, { is: 'connected' }] as Event[]) d.send(e);
    vi.advanceTimersByTime(60_000);
    expect(d.did).toEqual(['0s post', '0s leave']);
    expect(d.phase()).toBe('stopped');
  });
});
