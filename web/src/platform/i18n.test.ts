import { nextTick } from 'vue';
import { describe, expect, it } from 'vitest';
import { addWords, has, kitWords, t, type WordSet } from './i18n';
import { lang } from './prefs';

const set: WordSet = {
  'zh-CN': async () => ({ default: { a: { hello: '你好，{name}', left: '还剩 {n} 件' } } }),
  en: async () => ({ default: { a: { hello: 'Hello, {name}', left: '{n} piece left | {n} pieces left' } } }),
};

describe('words', () => {
  it('fills in, counts, and follows the language once all is there', async () => {
    await addWords(set);
    expect(t('a.hello', { name: '桂芳' })).toBe('你好，桂芳');
    expect(t('a.none')).toBe('a.none');
    lang.value = 'en';
    await nextTick();
    await new Promise((done) => setTimeout(done));
    expect(t('a.left', { n: 1 })).toBe('1 piece left');
    expect(t('a.left', { n: 2 })).toBe('2 pieces left');
    expect(has('a.left')).toBe(true);
    lang.value = 'zh-CN';
  });
  it('has the same keys in both languages everywhere', async () => {
    await kitWords();
    const files = import.meta.glob<Record<string, unknown>>('/src/**/*.json', { eager: true, import: 'default' });
    const keys = (o: unknown, p = ''): string[] => (typeof o === 'string' ? [p] : Object.entries(o as object).flatMap(([k, v]) => keys(v, p + '.' + k)));
    const zh = Object.keys(files).filter((f) => f.endsWith('zh-CN.json'));
    expect(zh.length).toBeGreaterThan(3);
    for (const file of zh) {
      const other = files[file.replace('zh-CN.json', 'en.json')];
      expect(keys(other).sort(), file).toEqual(keys(files[file]).sort());
    }
  });
});
