// Placing an order: what is sent, and one key for as long as it is the same
// wish, so that a tap repeated on a weak network buys once.
import { api, got, newKey, withKey } from '@/platform/api/client';
import type { Order } from './model';

export interface Wish {
  pack: string;
  quantity: number;
  priceVersion: number;
  addressId: string;
  room?: string;
}

export class Purchase {
  private wish = '';
  private key = '';

  /** The key of a wish: the same until the wish changes or it has been answered. */
  keyFor(wish: Wish): string {
    const text = JSON.stringify(wish);
    if (text !== this.wish || !this.key) {
      this.wish = text;
      this.key = newKey();
    }
    return this.key;
  }

  async place(wish: Wish): Promise<Order> {
    const order = await got(
      api.POST('/api/orders', {
        body: { lines: [{ pack: wish.pack, quantity: wish.quantity, priceVersion: wish.priceVersion }], addressId: wish.addressId, room: wish.room },
        ...withKey(this.keyFor(wish)),
      }),
    );
    this.key = ''; // answered: the next order is another one
    return order;
  }
}
