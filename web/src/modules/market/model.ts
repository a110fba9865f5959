// What other modules may use of the market.
import { defineAsyncComponent } from 'vue';
import type { Schemas } from '@/platform/api/client';

export type Product = Schemas['CatalogCard'];
export type Pack = Schemas['CatalogPackCard'];
export type Order = Schemas['OrderCard'];
export type OrderState = Order['state'];

/** The little that a room's bag knows of a product: enough to open the sheet at once. */
export interface Offer {
  id: string;
  title: string;
  photo: string;
  packs: { id: string; label: string; priceFen: number; wasFen: number; version: number; band: 'plenty' | 'low' | 'gone' }[];
}

export const BuySheet = defineAsyncComponent(() => import('./parts/BuySheet.vue'));
export const ProductTile = defineAsyncComponent(() => import('./parts/ProductTile.vue'));

export const photoOf = (p: Product | undefined, wide: 160 | 480 | 1080 = 480) => (p?.photos[0] ? `/media/photo/${p.photos[0]}-${wide}.jpg` : '');

/** A whole product as the sheet takes it. */
export const offerOf = (p: Product): Offer => ({
  id: p.id,
  title: p.title,
  photo: photoOf(p),
  packs: p.packs.map((k) => ({ id: k.id, label: k.label, priceFen: k.priceFen, wasFen: k.wasFen, version: k.priceVersion, band: k.stock })),
});

/** Price of 500 g, half up, as the server reckons it. */
export const perJin = (priceFen: number, netGrams: number) => (netGrams > 0 ? Math.floor((priceFen * 500 * 2 + netGrams) / (2 * netGrams)) : 0);

/** The part of an order's number that people read to each other: its end. */
export const shortId = (id: string) => id.replace(/^.*_/, '').slice(-8).toUpperCase();
