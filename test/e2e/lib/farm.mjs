// What farmers' journeys need: a paid order, and a picture that really moves.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { until } from './people.mjs';

/** The buyer says it is paid, the seller confirms. */
export async function pay(buyer, farmer, order) {
  await buyer.post(`/api/orders/${order.id}/pay`, { method: 'transfer', reference: 'test' });
  return farmer.post(`/api/orders/${order.id}/confirm`);
}

/** Waits until a video shows pictures that differ from one another: not a frame held, not black. */
export async function moving(page, selector = 'video', { timeout = 30_000 } = {}) {
  const video = page.locator(selector).first();
  await video.waitFor({ state: 'attached' });
  const look = () =>
    video.evaluate((v) => {
      if (!v.videoWidth || v.readyState < 2) return null;
      const c = document.createElement('canvas');
      c.width = 48;
      c.height = 64;
      const g = c.getContext('2d', { willReadFrequently: true });
      g.drawImage(v, 0, 0, 48, 64);
      const d = g.getImageData(0, 0, 48, 64).data;
      let hash = 0;
      let light = 0;
      for (let i = 0; i < d.length; i += 4) {
        hash = (Math.imul(hash, 31) + d[i] + 3 * d[i + 1] + 7 * d[i + 2]) | 0;
        light += d[i] + d[i + 1] + d[i + 2];
      }
      return light / d.length > 4 ? hash : null;
    });
  const seen = new Set();
  await until(
    async () => {
      const now = await look();
      if (now !== null) seen.add(now);
      return seen.size >= 3;
    },
    { what: 'a picture that moves', timeout, every: 150 },
  );
}

/**
 * A road for media that can be blocked. The server listens behind it; browsers
 * are told this side. Every browser socket has a lane of its own.
 */
export async function mediaRoad() {
  const front = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address();
  const lanes = new Map();
  const blocked = new Set();
  let spare = 0; // one packet of so many is lost on the way up
  let count = 0;
  front.on('message', (packet, from) => {
    let lane = lanes.get(from.port);
    if (!lane) {
      lane = dgram.createSocket('udp4').bind(0, '127.0.0.2');
      lane.on('message', (answer) => blocked.has(from.port) || front.send(answer, from.port, from.address));
      lane.on('error', () => {}); // the server has gone: so has the lane
      lanes.set(from.port, lane);
    }
    const lost = spare && ++count % spare === 0;
    if (!lost && !blocked.has(from.port)) lane.send(packet, port, '127.0.0.2');
  });
  return {
    set: { 'media.udp': `127.0.0.2:${port}`, 'media.hosts': '127.0.0.1' },
    /** The lanes in use now. */
    lanes: () => [...lanes.keys()],
    block: (list) => list.forEach((l) => blocked.add(l)),
    open: () => blocked.clear(),
    /** Loses one packet of n on the way up; 0 loses none. */
    lose: (n) => (spare = n),
    close: () => [front, ...lanes.values()].forEach((x) => x.close()),
  };
}
