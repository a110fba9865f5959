// Numbers, amounts, weights and times as people here read them.
import { lang } from '@/platform/prefs';

/** 2980 → { sign: '¥', yuan: '29', cents: '80' }; amounts are fen. */
export function splitFen(fen: number) {
  const abs = Math.abs(fen);
  return { sign: fen < 0 ? '−¥' : '¥', yuan: Math.floor(abs / 100).toLocaleString('zh-CN'), cents: String(abs % 100).padStart(2, '0') };
}

export function money(fen: number) {
  const { sign, yuan, cents } = splitFen(fen);
  return `${sign}${yuan}.${cents}`;
}

/** Grams as 斤 (500 g) in Chinese, kg in English; small packs stay in grams. */
export function weight(grams: number) {
  if (grams < 500) return `${grams} ${lang.value === 'en' ? 'g' : '克'}`;
  if (lang.value === 'en') return `${trim(grams / 1000)} kg`;
  return `${trim(grams / 500)} 斤`;
}

const trim = (n: number) => String(Math.round(n * 100) / 100);

/** 12345 → 1.2万 / 12.3k: counters of a room. */
export function count(n: number) {
  if (lang.value === 'en') return n < 1000 ? String(n) : n < 1e6 ? `${trim(Math.floor(n / 100) / 10)}k` : `${trim(Math.floor(n / 1e5) / 10)}M`;
  return n < 10_000 ? String(n) : n < 1e8 ? `${trim(Math.floor(n / 1000) / 10)}万` : `${trim(Math.floor(n / 1e7) / 10)}亿`;
}

const zone = 'Asia/Shanghai';

export function dateTime(at: string | Date) {
  return new Intl.DateTimeFormat(lang.value, { timeZone: zone, month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at));
}

export function fullDateTime(at: string | Date) {
  return new Intl.DateTimeFormat(lang.value, { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(new Date(at));
}

export function day(at: string | Date) {
  return new Intl.DateTimeFormat(lang.value, { timeZone: zone, year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(at));
}

/** 125 → 2:05, 3725 → 1:02:05. */
export function clock(seconds: number) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  return h ? `${h}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}
