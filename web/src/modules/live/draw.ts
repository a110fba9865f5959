// Repeats a lucky bag from what is published after it: anyone's device can say
// whether the winners are the ones that the rules give.
import type { Schemas } from '@/platform/api/client';

type Draw = Schemas['InteractDraw'];
type Entry = Schemas['InteractEntry'];

const hex = (bytes: ArrayBuffer) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');
const bytes = (text: string) => new Uint8Array((text.match(/../g) ?? []).map((x) => parseInt(x, 16)));
const sha256 = async (data: Uint8Array<ArrayBuffer>) => hex(await crypto.subtle.digest('SHA-256', data));

export interface Proof {
  /** The seed is the one whose hash was published before anyone entered. */
  seed: boolean;
  /** The entries are those whose hash was taken at the draw. */
  list: boolean;
  /** The winners are the entries with the smallest HMAC, in that order. */
  winners: boolean;
}

export async function prove(draw: Draw, entries: Entry[]): Promise<Proof> {
  const seed = bytes(draw.seed);
  const ids = entries.map((e) => e.id).sort();
  const encode = (s: string) => new TextEncoder().encode(s);
  const list = await sha256(encode(ids.map((i) => i + '\n').join('')));
  const key = await crypto.subtle.importKey('raw', seed, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const lots = await Promise.all(ids.map(async (i) => ({ i, lot: hex(await crypto.subtle.sign('HMAC', key, encode(list + i))) })));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : 1));
  const won = lots.slice(0, draw.winners).map((l) => l.i);
  return {
    seed: (await sha256(seed)) === draw.seedHash,
    list: list === draw.listHash,
    winners: won.length === draw.won.length && won.every((i, n) => draw.won[n]?.id === i),
  };
}
