// What 听一听 says: recorded clips, because many phones have no voice of their
// own for reading. A thing to say is a phrase key or a number; numbers are put
// together from clips of their words. Whoever calls shows the words as well,
// so that nothing depends on sound.
import type { Lang } from '@/platform/prefs';
import phrases from './phrases.json';

export type Phrase = keyof typeof phrases;
export type Saying = Phrase | number;

const clips = import.meta.glob<string>('./clips/*/*.mp3', { eager: true, query: '?url&no-inline', import: 'default' });
const words = phrases as Record<string, Partial<Record<Lang, string>>>;

/** The clips for a whole number as people say it: 326 → 三 百 二 十 六. */
export function numberKeys(n: number, lang: Lang): string[] {
  if (n < 0 || !Number.isFinite(n)) return [];
  return lang === 'en' ? english(Math.floor(n)) : chinese(Math.floor(n));
}

function chinese(n: number): string[] {
  if (n >= 10_000) {
    const rest = n % 10_000;
    return [...chinese(Math.floor(n / 10_000)), 'n10000', ...(rest ? [...(rest < 1000 ? ['n0'] : []), ...chinese(rest)] : [])];
  }
  if (n >= 10 && n < 20) return ['n10', ...(n % 10 ? [`n${n % 10}`] : [])];
  const out: string[] = [];
  let gap = false;
  for (const unit of [1000, 100, 10, 1]) {
    const digit = Math.floor(n / unit) % 10;
    if (!digit) {
      gap = out.length > 0;
      continue;
    }
    if (gap) out.push('n0');
    gap = false;
    out.push(`n${digit}`);
    if (unit > 1) out.push(`n${unit}`);
  }
  return out.length ? out : ['n0'];
}

function english(n: number): string[] {
  if (n <= 20) return [`n${n}`];
  if (n < 100) return [`n${n - (n % 10)}`, ...(n % 10 ? [`n${n % 10}`] : [])];
  for (const [unit, key] of [[1000, 'n1000'], [100, 'n100']] as const) {
    if (n >= unit) return [...english(Math.floor(n / unit)), key, ...(n % unit ? english(n % unit) : [])];
  }
  return [];
}

/** Fen as said: 32650 → 三百二十六 点 五 零 元. */
export function moneyKeys(fen: number, lang: Lang): string[] {
  const cents = String(fen % 100).padStart(2, '0');
  const tail = fen % 100 ? ['unit.point', `n${cents[0]}`, `n${cents[1]}`] : [];
  return [...numberKeys(Math.floor(fen / 100), lang), ...tail, 'unit.yuan'];
}

/** The words for reading along, and for when no sound comes. */
export function text(saying: Saying[], lang: Lang): string {
  return saying.map((s) => (typeof s === 'number' ? ` ${s.toLocaleString(lang)} ` : (words[s]?.[lang] ?? ''))).join(lang === 'en' ? ' ' : '').replace(/\s+/g, ' ').trim();
}

let player: HTMLAudioElement | undefined;
let turn = 0;

/** Silence. */
export function hush() {
  turn++;
  player?.pause();
}

/** Plays to the end; false when the sound could not be played. A new saying silences the one before. */
export async function play(saying: Saying[], lang: Lang): Promise<boolean> {
  const mine = ++turn;
  player ??= new Audio();
  const keys = saying.flatMap((s) => (typeof s === 'number' ? numberKeys(s, lang) : [s]));
  for (const key of keys) {
    const url = clips[`./clips/${lang}/${key}.mp3`];
    if (!url) return false;
    player.src = url;
    try {
      await player.play();
      await new Promise<void>((done, fail) => {
        player!.onended = player!.onpause = () => done();
        player!.onerror = () => fail(new Error('the clip cannot be played'));
      });
    } catch {
      return mine !== turn; // hushed by another saying is no failure
    }
    if (mine !== turn) return true;
  }
  return true;
}
