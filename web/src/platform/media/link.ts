// How a publisher holds on to its room. Pure: an event in, the next state and
// what to do out; publisher.ts does it.
//
// A lost line is first mended by an ICE restart (PATCH); after 5 s by a new
// POST under the same token, which the server lets take over at once. Failed
// POSTs wait 1, 2, 4, 8, 8 … s; a returned network or screen resets that.

export type Phase = 'idle' | 'posting' | 'connecting' | 'live' | 'restarting' | 'waiting' | 'refused' | 'stopped';

export interface Link {
  phase: Phase;
  /** Failed tries since it last was live. */
  tries: number;
  /** Whether it ever was live: before that a failure is a failed start. */
  been: boolean;
  /** Fault code that ended it. */
  reason: string;
}

export type Event =
  | { is: 'start' }
  | { is: 'answered' }
  | { is: 'connected' }
  | { is: 'lost' }
  | { is: 'restart-failed'; status: number }
  | { is: 'post-failed'; status: number; code: string }
  | { is: 'timer' }
  | { is: 'wake' } // the network or the screen is back
  | { is: 'stop' };

export type Effect = { do: 'post' } | { do: 'restart' } | { do: 'timer'; ms: number } | { do: 'rest' } | { do: 'leave' } | { do: 'drop' };

export const restartFor = 5_000;
const connectFor = 8_000;
const delays = [1_000, 2_000, 4_000, 8_000];

export const link = (): Link => ({ phase: 'idle', tries: 0, been: false, reason: '' });

/** Answers that will not change by asking again. */
const final = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;

const post = (l: Link, tries = l.tries): [Link, Effect[]] => [{ ...l, phase: 'posting', tries }, [{ do: 'drop' }, { do: 'post' }]];

function wait(l: Link): [Link, Effect[]] {
  const ms = delays[Math.min(l.tries, delays.length - 1)]!;
  return [{ ...l, phase: 'waiting', tries: l.tries + 1 }, [{ do: 'drop' }, { do: 'timer', ms }]];
}

export function next(l: Link, e: Event): [Link, Effect[]] {
  if (l.phase === 'stopped' || l.phase === 'refused') return [l, []];
  switch (e.is) {
    case 'stop':
      return [{ ...l, phase: 'stopped' }, [{ do: 'rest' }, { do: 'leave' }]];
    case 'start':
      return l.phase === 'idle' ? post(l) : [l, []];
    case 'answered':
      return l.phase === 'posting' ? [{ ...l, phase: 'connecting' }, [{ do: 'timer', ms: connectFor }]] : [l, []];
    case 'connected':
      return l.phase === 'connecting' || l.phase === 'restarting' ? [{ ...l, phase: 'live', tries: 0, been: true }, [{ do: 'rest' }]] : [l, []];
    case 'lost':
      if (l.phase === 'live') return [{ ...l, phase: 'restarting' }, [{ do: 'restart' }, { do: 'timer', ms: restartFor }]];
      return l.phase === 'connecting' ? wait(l) : [l, []];
    case 'restart-failed':
      // The server knows this connection no more: nothing to wait for.
      return l.phase === 'restarting' && final(e.status) ? post(l) : [l, []];
    case 'post-failed':
      if (l.phase !== 'posting') return [l, []];
      return final(e.status) ? [{ ...l, phase: 'refused', reason: e.code }, [{ do: 'rest' }, { do: 'drop' }]] : wait(l);
    case 'timer':
      if (l.phase === 'restarting' || l.phase === 'waiting') return post(l);
      return l.phase === 'connecting' ? wait(l) : [l, []];
    case 'wake':
      if (l.phase === 'waiting') return post(l, 0);
      if (l.phase === 'restarting') return [{ ...l, tries: 0 }, [{ do: 'restart' }]];
      return [{ ...l, tries: 0 }, []];
  }
}
