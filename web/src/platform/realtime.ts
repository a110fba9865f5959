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

/** Listens to a channel until the returned function is called. */
export function listen<T>(channel: string, to: Listener<T>): () => void {
  let subscription: Subscription | undefined;
  let client: Centrifuge | undefined;
  let ended = false;
  let before = false;
  void connect().then((c) => {
    if (ended) return;
    client = c;
    subscription = c.getSubscription(channel) ?? c.newSubscription(channel, { recoverable: !channel.endsWith(':line') });
    subscription.on('publication', (p) => to.message(p.data as T));
    subscription.on('subscribed', (s) => {
      to.state?.(true);
      if (before && !s.recovered) to.gap?.();
      before = true;
    });
    subscription.on('subscribing', () => before && to.state?.(false));
    subscription.subscribe();
  });
  return () => {
    ended = true;
    if (!subscription || !client) return;
    subscription.removeAllListeners();
    subscription.unsubscribe();
    client.removeSubscription(subscription);
  };
}
