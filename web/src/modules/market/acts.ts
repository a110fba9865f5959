// A seller's acts that may wait for signal, and how each is sent.
import { api, got, upload, withKey, type Schemas } from '@/platform/api/client';
import type { Outbox } from '@/platform/outbox';

export interface ShipAct {
  order: string;
  carrier: string;
  tracking: string;
}

export interface PackWish {
  label: string;
  netGrams: number;
  priceFen: number;
  stock: number;
}

export interface ProductAct {
  product: Schemas['CatalogBody'];
  photos: Blob[];
  pack: PackWish;
  /** On the shelf at once. */
  list: boolean;
}

export interface PhotosAct {
  product: string;
  photos: Blob[];
}

const sendPhoto = async (photo: Blob, key: string) => ((await upload('/api/uploads', photo, key)) as Schemas['Photo-uploadResponse']).id;

export function register(outbox: Outbox) {
  outbox.handles('order.ship', async (body, key) => {
    const b = body as ShipAct;
    await got(api.POST('/api/orders/{id}/ship', { params: { path: { id: b.order } }, body: { carrier: b.carrier, trackingNumber: b.tracking }, ...withKey(key) }));
  });
  outbox.handles('product.create', async (body, _, once) => {
    const b = body as ProductAct;
    const photos: string[] = [];
    for (const [i, photo] of b.photos.entries()) photos.push(await once(`photo${i}`, (key) => sendPhoto(photo, key)));
    const id = await once('create', async (key) => (await got(api.POST('/api/products', { body: { ...b.product, photos }, ...withKey(key) }))).id);
    const path = { params: { path: { id } } };
    await once('pack', (key) => got(api.POST('/api/products/{id}/packs', { ...path, body: b.pack, ...withKey(key) })));
    if (b.list) await once('list', (key) => got(api.POST('/api/products/{id}/list', { ...path, ...withKey(key) })));
  });
  outbox.handles('product.photos', async (body, _, once) => {
    const b = body as PhotosAct;
    const added: string[] = [];
    for (const [i, photo] of b.photos.entries()) added.push(await once(`photo${i}`, (key) => sendPhoto(photo, key)));
    const path = { params: { path: { id: b.product } } };
    // What the product is now, read once: the same words go out again on a repeat.
    const next = await once('read', async () => {
      const p = await got(api.GET('/api/products/{id}', path));
      return { ...editable(p), photos: [...p.photos, ...added].slice(0, 9) };
    });
    await once('save', (key) => got(api.PUT('/api/products/{id}', { ...path, body: next, ...withKey(key) })));
  });
}

/** A product as it is sent back: what may be edited, nothing else. */
export function editable(p: Schemas['CatalogCard']): Schemas['CatalogBody'] {
  const { title, story, origin, place, method, photos, shipTo, harvested, fresh } = p;
  return { title, story, origin, place, method, photos, shipTo, fresh, ...(harvested ? { harvested } : {}) };
}
