import { expect, it } from 'vitest';
import { Outbox } from '@/platform/outbox';
import { editable, register } from './acts';

it('lets no payment wait for signal', () => {
  const kinds: string[] = [];
  const box = { handles: (kind: string) => kinds.push(kind) } as unknown as Outbox;
  register(box);
  expect(kinds.sort()).toEqual(['order.ship', 'product.create', 'product.photos']);
});

it('sends back only what may be edited', () => {
  const card = { id: 'p', org: 'o', seller: 's', state: 'listed', title: '梨', story: '', origin: '629901', place: '', method: '', photos: ['u'], shipTo: [], fresh: true, canManage: true, packs: [] };
  expect(editable(card as never)).toEqual({ title: '梨', story: '', origin: '629901', place: '', method: '', photos: ['u'], shipTo: [], fresh: true });
});
