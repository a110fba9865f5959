// One connection for everything that arrives by itself. The library is loaded
// after the first paint; WebSocket first, then HTTP streaming, then SSE.
import type { Centrifuge, Subscription } from 'centrifuge';

/** A recoverable frame: numbered by the server, replayed after a short cut. */
export interface Frame<T = unknown> {
  kind: string;
  data: T;
}

let connection: Promise<Centrifuge> | undefined;

function connect(): Promise<Centrifuge> {
  connection ??= import('centrifuge').then(({ Centrifuge }) => {
    const ws = location.origin.replace(/^http/, 'ws');
    const c = new Centrifuge(
      [
        { transport: 'websocket', endpoint: `${ws}/api/connect/websocket` },
        { transport: 'http_stream', endpoint: '/api/connect/http_stream' },
        { transport: 'sse', endpoint: '/api/connect/sse' },
      ],
      { emulationEndpoint: '/api/connect/emulation', minReconnectDelay: 500, maxReconnectDelay: 30_000, timeout: 8_000 },
    );
    c.connect();
    return c;
  });
  connection.catch(() => (connection = undefined)); // the library did not come: try with the next listener
  return connection;
}

/** The session changed (sign-in, sign-out): connect again as the new person. */
export async function reconnect() {
  if (!connection) return;
  const c = await connection;
  c.disconnect();
  c.connect();
}

export interface Listener<T> {
  message(data: T): void;
  /** Something may have been missed: read the truth from the API. */
  gap?(): void;
  state?(connected: boolean): void;
}

/** One subscription, however many parts of the screen listen to it. */
interface Shared {
  listeners: Set<Listener<unknown>>;
  subscription?: Subscription;
  client?: Centrifuge;
  connected?: boolean;
}

const channels = new Map<string, Shared>();

function open(channel: string, shared: Shared) {
  let before = false;
  void connect().then((c) => {
    if (channels.get(channel) !== shared) return; // everyone has left meanwhile
    const subscription = c.newSubscription(channel, { recoverable: !channel.endsWith(':line') });
    shared.client = c;
    shared.subscription = subscription;
    const each = (tell: (to: Listener<unknown>) => void) => [...shared.listeners].forEach(tell);
    subscription.on('publication', (p) => each((to) => to.message(p.data)));
    subscription.on('subscribed', (s) => {
      shared.connected = true;
      each((to) => to.state?.(true));
      if (before && !s.recovered) each((to) => to.gap?.());
      before = true;
    });
    subscription.on('subscribing', () => {
      if (!before) return;
      shared.connected = false;
      each((to) => to.state?.(false));
    });
    subscription.subscribe();
  }, () => setTimeout(() => channels.get(channel) === shared && open(channel, shared), 4000));
}

/** Listens to a channel until the returned function is called. */
export function listen<T>(channel: string, to: Listener<T>): () => void {
  let shared = channels.get(channel);
  const first = !shared;
  shared ??= { listeners: new Set() };
  const mine = shared;
  const listener = to as Listener<unknown>;
  mine.listeners.add(listener);
  if (first) {
    channels.set(channel, mine);
    open(channel, mine);
  } else if (mine.connected) to.state?.(true);
  return () => {
    mine.listeners.delete(listener);
    if (mine.listeners.size || channels.get(channel) !== mine) return;
    channels.delete(channel);
    if (!mine.subscription || !mine.client) return;
    mine.subscription.removeAllListeners();
    mine.subscription.unsubscribe();
    mine.client.removeSubscription(mine.subscription);
  };
}
