import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { prove } from './draw';
import type { Draw } from './model';

// The rule written out once more, as the server has it.
const seed = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex');
const entries = ['ent_c', 'ent_a', 'ent_b', 'ent_d'].map((id) => ({ id, name: id, place: 0 }));
const listHash = createHash('sha256').update([...entries].map((e) => e.id).sort().map((i) => i + '\n').join('')).digest('hex');
const lot = (id: string) => createHmac('sha256', seed).update(listHash + id).digest('hex');
const won = [...entries].sort((a, b) => (lot(a.id) < lot(b.id) ? -1 : 1)).slice(0, 2);
const draw = { winners: 2, seed: seed.toString('hex'), seedHash: createHash('sha256').update(seed).digest('hex'), listHash, won } as unknown as Draw;

describe('a lucky bag', () => {
  it('is proved from what is published', async () => {
    expect(await prove(draw, entries)).toEqual({ seed: true, list: true, winners: true });
  });
  it('shows a changed seed, a missing entry and a wrong winner', async () => {
    expect((await prove({ ...draw, seed: '00'.repeat(32) } as Draw, entries)).seed).toBe(false);
    expect((await prove(draw, entries.slice(1))).list).toBe(false);
    expect((await prove({ ...draw, won: [...won].reverse() } as Draw, entries)).winners).toBe(false);
  });
});
