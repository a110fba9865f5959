// How this person wants the app: language and elder mode. Kept on the device,
// applied to the root element (see also public/boot.js), and told to the
// account when signed in, so another device looks the same.
import { ref, watch } from 'vue';

export type Lang = 'zh-CN' | 'en';

const root = document.documentElement;

export const lang = ref<Lang>(root.lang === 'en' ? 'en' : 'zh-CN');
export const elder = ref(root.dataset.elder !== undefined);

function keep(key: string, value: string) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

watch(lang, (value) => {
  root.lang = value;
  keep('tianbo.lang', value);
});

watch(elder, (on) => {
  if (on) root.dataset.elder = '';
  else delete root.dataset.elder;
  keep('tianbo.elder', on ? '1' : '0');
});

export const prefersStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
