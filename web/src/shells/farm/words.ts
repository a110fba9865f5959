import type { WordSet } from '@/platform/i18n';

/** The home and the shell: what a farmer's first screen needs. */
export const farmWords: WordSet = { 'zh-CN': () => import('./words.zh-CN.json'), en: () => import('./words.en.json') };
/** Going live and being live. */
export const farmLiveWords: WordSet = { 'zh-CN': () => import('./live.zh-CN.json'), en: () => import('./live.en.json') };
/** Goods, orders, money, people. */
export const farmMoreWords: WordSet = { 'zh-CN': () => import('./more.zh-CN.json'), en: () => import('./more.en.json') };
