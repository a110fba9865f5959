// What this device keeps: what was last seen, what waits to be sent, drafts.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Act } from './outbox';

interface Shape extends DBSchema {
  /** Answers last seen, by account and name. */
  kept: { key: string; value: { at: number; data: unknown } };
  /** Acts that wait for a connection, in order. */
  acts: { key: number; value: Act };
  /** What is being filled in, by account and name. */
  drafts: { key: string; value: unknown };
}

let opened: Promise<IDBPDatabase<Shape>> | undefined;

export function db(): Promise<IDBPDatabase<Shape>> {
  opened ??= openDB<Shape>('tianbo', 1, {
    upgrade(d) {
      d.createObjectStore('kept');
      d.createObjectStore('acts', { keyPath: 'id', autoIncrement: true });
      d.createObjectStore('drafts');
    },
  });
  opened.catch(() => (opened = undefined)); // a private window may refuse; the app works without memory
  return opened;
}
