// What the desk asks about orders and payments.
import { api, got, type Schemas } from '@/platform/api/client';

export type DeskOrder = Schemas['OrderCard'];
export type OrderState = DeskOrder['state'];
export type Claim = Schemas['OrderClaimCard'];

export const orderStates: OrderState[] = ['placed', 'paid', 'packed', 'shipped', 'delivered', 'completed', 'closed', 'expired', 'cancelled'];

export interface OrderFilter {
  state?: OrderState;
  org?: string;
  buyer?: string;
}
export const orders = (f: OrderFilter) => (cursor: string) => got(api.GET('/api/desk/orders', { params: { query: { ...f, cursor, limit: 20 } } }));
export const order = (id: string) => got(api.GET('/api/orders/{id}', { params: { path: { id } } }));
export const claims = (cursor: string) => got(api.GET('/api/desk/payments', { params: { query: { cursor, limit: 20 } } }));
export const confirm = (id: string) => got(api.POST('/api/orders/{id}/confirm', { params: { path: { id } } }));
export const deny = (id: string, reason: string) => got(api.POST('/api/orders/{id}/deny', { params: { path: { id } }, body: { reason } }));

/** How an order's state is marked. */
export const orderTone = (s: OrderState) =>
  (({ placed: 'wait', paid: 'wait', packed: 'wait', shipped: 'good', delivered: 'good', completed: 'good', closed: 'bad', expired: 'off', cancelled: 'off' }) as const)[s];
