// Short words after an act, with undo where the act can be taken back.
import { shallowRef } from 'vue';

export interface Toast {
  words: string;
  tone: 'good' | 'bad';
  undo?: () => void;
}

export const toast = shallowRef<Toast>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(words: string, options: { bad?: boolean; undo?: () => void } = {}) {
  clearTimeout(timer);
  toast.value = { words, tone: options.bad ? 'bad' : 'good', undo: options.undo };
  // Long enough to read aloud; longer when something can be undone.
  timer = setTimeout(() => (toast.value = undefined), options.undo ? 9000 : 4500);
}

export function hush() {
  clearTimeout(timer);
  toast.value = undefined;
}
