// The outbox of this device. Loaded after the first paint; modules add their
// handlers to it.
import { db } from './db';
import { Outbox, type Act } from './outbox';
import { me } from './session';

export const outbox = new Outbox(
  {
    all: async () => (await db()).getAll('acts'),
    add: async (act: Act) => (await db()).add('acts', act),
    put: async (act: Act) => void (await (await db()).put('acts', act)),
    remove: async (id: number) => (await db()).delete('acts', id),
  },
  () => me.value?.account.id ?? '',
);

addEventListener('online', () => outbox.wake());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && outbox.wake());
