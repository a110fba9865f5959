// People of a test, made through the public API as the real ones are made.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './server.mjs';

export const county = '629901';

/** Somebody who is signed in. */
export class Person {
  constructor(server, { phone, name, account, token }) {
    Object.assign(this, { server, phone, name, account, token });
  }

  /** Signs in with the code that a demo server tells; a new phone gets an account. */
  static async signIn(server, phone, name) {
    const visitor = new Person(server, { phone });
    const { demoCode } = await visitor.post('/api/auth/code', { phone });
    const { token, account } = await visitor.post('/api/auth/sign-in', { phone, code: demoCode, token: true, deviceName: 'test' });
    const person = new Person(server, { phone, name, account: account.id, token });
    if (name && account.name !== name) await person.send('PATCH', '/api/me', { name });
    return person;
  }

  get = (path) => this.send('GET', path);
  post = (path, body = {}) => this.send('POST', path, body);
  put = (path, body = {}) => this.send('PUT', path, body);
  delete = (path) => this.send('DELETE', path);

  /** One call. An answer that is no success throws, with its code and status. */
  async send(method, path, body, { key, type = 'application/json' } = {}) {
    const headers = { 'Accept-Language': 'zh-CN' };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (method !== 'GET') headers['Idempotency-Key'] = key ?? crypto.randomUUID();
    if (body !== undefined) headers['Content-Type'] = type;
    const raw = body === undefined || body instanceof Uint8Array || typeof body === 'string';
    const answer = await fetch(this.server.base + path, { method, headers, body: raw ? body : JSON.stringify(body) });
    const text = await answer.text();
    if (answer.ok) return text && answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    const problem = text.startsWith('{') ? JSON.parse(text) : {};
    throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text}`), { status: answer.status, code: problem.code });
  }
}

/** An identity number of the right form for an invented person. */
export function idNumber(year, n = 1) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const two = (x) => String(x).padStart(2, '0');
  const body = `${county}${year}${two(1 + (n % 12))}${two(1 + (n % 28))}${String(n % 1000).padStart(3, '0')}`;
  return body + '10X98765432'[weights.reduce((sum, w, i) => sum + w * body[i], 0) % 11];
}

/** A household of the person, which may sell. */
export const household = (person, more = {}) =>
  person.post('/api/orgs', {
    kind: 'household', name: `${person.name}家`, region: county, village: '会宁坪', contact: person.phone,
    address: '示范县会宁坪村', exemption: 'self_produced', about: '自己种，自己卖。', ...more,
  });

/** A product on the shelf, with one pack. */
export async function product(person, org, { title = '会宁坪红富士苹果', art = 'apple', packs = [{ label: '5 斤装', netGrams: 2500, priceFen: 2980, stock: 50 }], listed = true, ...more } = {}) {
  const photo = await person.send('POST', '/api/uploads', readFileSync(join(root, 'demo', `${art}.jpg`)), { type: 'image/jpeg' });
  const made = await person.post('/api/products', {
    org, title, story: '海拔一千六百米的坡地，昼夜温差大。', method: '人工疏果', origin: county, place: '会宁坪',
    photos: [photo.id], fresh: false, harvested: new Date(Date.now() - 20 * 3600_000).toISOString(), ...more,
  });
  for (const pack of packs) await person.post(`/api/products/${made.id}/packs`, pack);
  if (listed) await person.post(`/api/products/${made.id}/list`);
  return person.get(`/api/products/${made.id}`);
}

/** Hands in the person's real name; a reviewer approves it when given. */
export async function verify(person, { year = 1968, n = 1, reviewer, guardian } = {}) {
  const asked = await person.post('/api/host-verification', {
    realName: person.name, idNumber: idNumber(year, n), ...(guardian && { guardianName: guardian.name, guardianPhone: guardian.phone }),
  });
  if (reviewer) {
    await reviewer.post(`/api/desk/host-verifications/${asked.id}/decide`, { approve: true });
    await person.post('/api/host-verification/recheck');
  }
  return asked;
}

/** A delivery address of a buyer, the main one. */
export const address = (person, more = {}) =>
  person.post('/api/me/addresses', {
    name: person.name, phone: person.phone, region: '310101', place: '上海市黄浦区', street: '示范路 10 号', default: true, ...more,
  });

/**
 * Puts a host's room on air with an encoder (ffmpeg, the demo's film in a
 * loop), and gives a function that ends the encoder. The film is copied, not
 * encoded, so it costs next to nothing.
 */
export async function broadcast(host) {
  await host.post('/api/host-verification/recheck');
  const { key } = await host.post(`/api/rooms/${host.room}/stream-key`);
  const encoder = spawn(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', join(root, 'demo/film.mp4'), '-c', 'copy', '-f', 'flv', `${host.server.rtmp}/${key}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let words = '';
  let failed;
  encoder.on('error', (e) => (failed = new Error(`ffmpeg: ${e.message}`)));
  encoder.stderr.on('data', (text) => (words += text));
  const stop = async () => {
    if (encoder.exitCode !== null || encoder.signalCode !== null || failed) return;
    const gone = once(encoder, 'exit');
    encoder.kill('SIGKILL');
    await gone;
  };
  try {
    await until(
      async () => {
        if (failed) throw failed;
        if (encoder.exitCode !== null) throw new Error(`the encoder gave up: ${words}`);
        return (await host.get(`/api/rooms/${host.room}`)).state === 'live';
      },
      { what: 'the room to be on air' },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Asks until the answer is truthy, and gives it. */
export async function until(ask, { what = 'a condition', timeout = 20_000, every = 100 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}`);
    await new Promise((done) => setTimeout(done, every));
  }
}
