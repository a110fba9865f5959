import type { WordSet } from '@/platform/i18n';

export const shopWords: WordSet = { 'zh-CN': () => import('./words.zh-CN.json'), en: () => import('./words.en.json') };
