// Short words after an act, with undo where the act can be taken back, or with
// one thing to do.
import { shallowRef } from 'vue';

export interface Toast {
  words: string;
  tone: 'good' | 'bad';
  undo?: () => void;
  act?: { words: string; do: () => void };
}

export const toast = shallowRef<Toast>();
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(words: string, options: { bad?: boolean; undo?: () => void; act?: Toast['act'] } = {}) {
  clearTimeout(timer);
  toast.value = { words, tone: options.bad ? 'bad' : 'good', undo: options.undo, act: options.act };
  // Long enough to read aloud; longer when something can be done about it.
  timer = setTimeout(() => (toast.value = undefined), options.undo || options.act ? 9000 : 4500);
}

export function hush() {
  clearTimeout(timer);
  toast.value = undefined;
}
