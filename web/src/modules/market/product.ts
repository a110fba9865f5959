// Making a product, one question a screen: what is asked, in which order, and
// when an answer will do.
import type { PackWish, ProductAct } from './acts';

export const steps = ['photo', 'title', 'pack', 'price', 'stock', 'where', 'check'] as const;
export type Step = (typeof steps)[number];

export interface Making {
  photos: Blob[];
  title: string;
  grams: number;
  label: string;
  price: string;
  stock: number;
  fresh: boolean;
  shipTo: string[];
}

export const blank = (): Making => ({ photos: [], title: '', grams: 2500, label: '', price: '', stock: 20, fresh: true, shipTo: [] });

/** "5 斤装", "250 克": what a pack is called when nobody says otherwise. */
export const labelOf = (grams: number) => (grams % 500 === 0 ? `${grams / 500} 斤装` : `${grams} 克`);

/** Price of 500 g in fen, half up, as the shelf shows it. */
export const perJin = (fen: number, grams: number) => (grams > 0 ? Math.floor((fen * 500 * 2 + grams) / (2 * grams)) : 0);

export function answered(step: Step, m: Making, fen: number | undefined): boolean {
  switch (step) {
    case 'photo':
      return m.photos.length > 0;
    case 'title':
      return m.title.trim().length >= 2;
    case 'pack':
      return m.grams >= 1 && m.grams <= 100_000;
    case 'price':
      return !!fen && fen <= 10_000_000;
    case 'stock':
      return m.stock >= 0;
    default:
      return true;
  }
}

export function actOf(m: Making, fen: number, where: { org: string; origin: string; place: string }, list: boolean): ProductAct {
  const pack: PackWish = { label: m.label.trim() || labelOf(m.grams), netGrams: m.grams, priceFen: fen, stock: m.stock };
  return { product: { org: where.org, title: m.title.trim(), origin: where.origin, place: where.place, fresh: m.fresh, shipTo: m.shipTo }, photos: m.photos, pack, list };
}
