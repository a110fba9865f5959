// What was last read from the server, shown at once and when there is no
// network. It belongs to one account and goes with the sign-out.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { db } from './db';
import { ApiError } from './api/problem';
import { me } from './session';

const mine = (name: string) => `${me.value?.account.id ?? ''}:${name}`;

export interface Kept<T> {
  data: ShallowRef<T | undefined>;
  /** When the data was true, in ms; 0 before any. */
  at: Ref<number>;
  /** Why the last reading failed; undefined when it succeeded. */
  error: ShallowRef<unknown>;
  busy: Ref<boolean>;
  refresh(): Promise<void>;
}

/** Reads through the memory of this device: first what is kept, then the truth. */
export function useKept<T>(name: string, read: () => Promise<T>): Kept<T> {
  const data = shallowRef<T>();
  const at = ref(0);
  const error = shallowRef<unknown>();
  const busy = ref(false);
  async function refresh() {
    busy.value = true;
    try {
      data.value = await read();
      at.value = Date.now();
      error.value = undefined;
      await keep(name, data.value);
    } catch (e) {
      error.value = e;
    } finally {
      busy.value = false;
    }
  }
  void recall<T>(name).then((old) => {
    if (old && !at.value) {
      data.value = old.data;
      at.value = old.at;
    }
  });
  void refresh();
  return { data, at, error, busy, refresh };
}

export async function keep(name: string, data: unknown) {
  try {
    // A plain copy: what is kept must not change with the screen.
    await (await db()).put('kept', { at: Date.now(), data: JSON.parse(JSON.stringify(data ?? null)) }, mine(name));
  } catch {
    // No memory on this device; the network remains.
  }
}

export async function recall<T>(name: string): Promise<{ at: number; data: T } | undefined> {
  try {
    return (await (await db()).get('kept', mine(name))) as { at: number; data: T } | undefined;
  } catch {
    return undefined;
  }
}

/** Something half filled in; survives a reload, a dead battery, a lost network. */
export async function keepDraft(name: string, value: unknown) {
  try {
    if (value === undefined) await (await db()).delete('drafts', mine(name));
    else await (await db()).put('drafts', value, mine(name));
  } catch {
    // As above.
  }
}

export async function draft<T>(name: string): Promise<T | undefined> {
  try {
    return (await (await db()).get('drafts', mine(name))) as T | undefined;
  } catch {
    return undefined;
  }
}

/** Whether a failed reading still leaves something to show. */
export const isOffline = (e: unknown) => e instanceof ApiError && e.offline;
