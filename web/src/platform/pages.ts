// A list that is read page by page: 再看一些.
import { ref, shallowRef, type Ref } from 'vue';

export interface Page<T> {
  items: T[];
  next: string;
}

export interface Pages<T> {
  items: Ref<T[]>;
  /** There is more to read. */
  more: Ref<boolean>;
  busy: Ref<boolean>;
  /** The first page has come. */
  ready: Ref<boolean>;
  error: Ref<unknown>;
  next(): Promise<void>;
  /** Reads from the start again; what is shown stays until the answer is there. */
  again(): Promise<void>;
}

export function usePages<T>(read: (cursor: string) => Promise<Page<T>>): Pages<T> {
  const items = shallowRef<T[]>([]) as Ref<T[]>;
  const more = ref(false);
  const busy = ref(false);
  const ready = ref(false);
  const error = shallowRef<unknown>();
  let cursor = '';
  let turn = 0;
  async function load(fresh: boolean) {
    const mine = ++turn;
    busy.value = true;
    error.value = undefined;
    try {
      const page = await read(fresh ? '' : cursor);
      if (mine !== turn) return; // a later question has been asked
      items.value = fresh ? page.items : [...items.value, ...page.items];
      cursor = page.next;
      more.value = page.next !== '';
      ready.value = true;
    } catch (e) {
      if (mine === turn) error.value = e;
    } finally {
      if (mine === turn) busy.value = false;
    }
  }
  return { items, more, busy, ready, error, next: () => load(false), again: () => load(true) };
}
