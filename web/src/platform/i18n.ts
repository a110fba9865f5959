// Words of the app. Each shell loads its own words with its first page; the
// kit's are always there. The library of the trade weighs a quarter of a
// farmer's whole first page, and all that is used of it is this.
import { shallowRef, triggerRef, watch } from 'vue';
import { lang, type Lang } from './prefs';

export type Words = { [key: string]: string | Words };
export type WordSet = Record<Lang, () => Promise<{ default: Words }>>;

const kit: WordSet = { 'zh-CN': () => import('@/kit/locales/zh-CN.json'), en: () => import('@/kit/locales/en.json') };

/** Flat words by language: `shop.room.buy` → `马上买`. */
const words: Record<Lang, Map<string, string>> = { 'zh-CN': new Map(), en: new Map() };
/** The language whose words are all there: what the screen shows. */
const shown = shallowRef<Lang>(lang.value);
const sets: WordSet[] = [];
const loaded = new Map<string, Promise<void>>();

function flatten(tree: Words, into: Map<string, string>, path = '') {
  for (const [key, value] of Object.entries(tree)) {
    const full = path ? `${path}.${key}` : key;
    if (typeof value === 'string') into.set(full, value);
    else flatten(value, into, full);
  }
}

function load(index: number, to: Lang): Promise<void> {
  const mark = `${to}:${index}`;
  let job = loaded.get(mark);
  if (!job) {
    job = sets[index]![to]().then((file) => {
      flatten(file.default, words[to]);
      triggerRef(shown);
    });
    job.catch(() => loaded.delete(mark)); // a weak network may bring it next time
    loaded.set(mark, job);
  }
  return job;
}

/** Adds words; called by a route before its page is shown. */
export async function addWords(...more: WordSet[]) {
  await Promise.all(
    more.map((set) => {
      let index = sets.indexOf(set);
      if (index < 0) index = sets.push(set) - 1;
      return load(index, lang.value);
    }),
  );
}

export const kitWords = () => addWords(kit);

/**
 * The words for a key, with {name} filled in. Two forms split by " | " are one
 * and many, chosen by `n`. A missing key shows itself, so that it is noticed.
 */
export function t(key: string, values: Record<string, unknown> = {}): string {
  let text = words[shown.value].get(key) ?? key;
  const forms = text.split(' | ');
  if (forms.length === 2) text = forms[values.n === 1 ? 0 : 1]!;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Whether there are words for a key, for codes that come from the server. */
export const has = (key: string) => words[shown.value].has(key);

export const useI18n = () => ({ t, has });

watch(lang, async (to) => {
  await Promise.all(sets.map((_, index) => load(index, to)));
  if (lang.value === to) shown.value = to;
});
