// One thing a person does: busy while it runs, its error kept for the screen.
import { ref, shallowRef } from 'vue';

export function useAct() {
  const busy = ref(false);
  const error = shallowRef<unknown>();
  /** Runs it; undefined when it failed. A second press while it runs does nothing. */
  async function run<T>(what: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    error.value = undefined;
    try {
      return await what();
    } catch (e) {
      error.value = e;
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  return { busy, error, run };
}
