// The stage of a file of journeys: one fresh server, one browser, people made
// when they are first asked for.
import { after, test } from 'node:test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, openWindow, watch } from './browser.mjs';
import { check, settled } from './check.mjs';
import * as people from './people.mjs';
import { root, Server } from './server.mjs';

const shots = process.env.SHOTS;
const limit = 150_000; // of one journey, on a slow machine

export async function world({ set } = {}) {
  const server = await Server.start({ admin: { phone: '13900000001', name: '周管理' }, set });
  const w = new World(server);
  after(async () => {
    await w.browser?.close();
    await Promise.all(w.encoders.map((stop) => stop()));
    await server.stop();
  });
  w.browser = await launch();
  return w;
}

class World {
  encoders = [];
  #made = new Map();
  #phones = 0;

  constructor(server) {
    this.server = server;
  }

  #once(key, make) {
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key);
  }

  /** A mobile number nobody has yet. */
  phone = () => `1370000${String(++this.#phones).padStart(4, '0')}`;

  /** Somebody new, without any part. */
  person = (name = '小陈') => people.Person.signIn(this.server, this.phone(), name);

  admin = () => this.#once('admin', () => people.Person.signIn(this.server, '13900000001', '周管理'));

  /** One of the staff: reviewer, regulator, mediator, trainer, policy_officer. */
  staff = (role, { name = '吴审核', region = '' } = {}) =>
    this.#once(`${role} ${region}`, async () => {
      const admin = await this.admin();
      const one = await this.person(name);
      await admin.post('/api/desk/roles', { account: one.account, role, region });
      return one;
    });

  /** A farmer with a household, and as asked: a verified name, a product, a room. */
  async farmer({ name = '李桂芳', verified = true, products = [{}], room = true } = {}) {
    const one = await this.person(name);
    one.org = (await people.household(one)).id;
    one.products = [];
    for (const p of products) one.products.push(await people.product(one, one.org, p));
    one.verification = (await people.verify(one, { n: this.#phones, reviewer: verified ? await this.admin() : undefined })).id;
    if (room) {
      one.room = (await one.post('/api/rooms', { org: one.org, title: `${name}家的直播间`, topic: '苹果' })).id;
      if (one.products.length) await one.put(`/api/rooms/${one.room}/bag`, { products: one.products.map((p) => p.id) });
    }
    return one;
  }

  /** A farmer who may go on air. */
  host = (more = {}) => this.farmer({ ...more, verified: true, room: true });

  /** A host on air; `await one.off()` ends the encoder. */
  async live(more = {}) {
    const one = await this.host(more);
    one.off = await people.broadcast(one);
    this.encoders.push(one.off);
    return one;
  }

  /** Somebody with a delivery address. */
  async buyer({ name = '小陈' } = {}) {
    const one = await this.person(name);
    one.address = (await people.address(one)).id;
    return one;
  }

  /** An order of one pack, not yet paid. */
  async order(buyer, farmer, { quantity = 1, product = 0 } = {}) {
    const pack = farmer.products[product].packs[0];
    return buyer.post('/api/orders', { addressId: buyer.address, lines: [{ pack: pack.id, quantity, priceVersion: pack.priceVersion }] });
  }

  /** Declares a journey: one test with windows of its own. */
  journey(name, play, { timeout = limit, ...options } = {}) {
    test(name, { timeout, ...options }, async (t) => {
      const scene = new Scene(this, t);
      try {
        await play(scene);
        scene.blameless();
      } catch (error) {
        await scene.failed(name);
        throw error;
      } finally {
        await scene.close();
      }
    });
  }
}

class Scene {
  #pages = [];
  until = people.until;

  constructor(w, t) {
    this.world = w;
    this.test = t;
  }

  /** Opens a page in a window of its own: {as, size, lang, elder, worker, context}. */
  async open(path, options = {}) {
    const context = await openWindow(this.world.browser, this.world.server, options);
    const page = await context.newPage();
    this.#pages.push({ page, context, wrongs: watch(page, this.world.server) });
    await page.goto(path);
    await settled(page);
    return page;
  }

  /** Axe, width, other servers, console; and a picture when pictures are wanted. */
  async check(page, name) {
    await this.shot(page, name);
    await check(page, this.#wrongs(page), name);
  }

  /** Takes back what a page was blamed for, when the journey itself caused it. */
  forgive(page, pattern) {
    const wrongs = this.#wrongs(page);
    for (let i = wrongs.length; i-- > 0; ) if (pattern.test(wrongs[i])) wrongs.splice(i, 1);
  }

  async shot(page, name, folder = shots) {
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name.replace(/[^\p{L}\p{N}.-]+/gu, '-')}.png`) });
  }

  blameless() {
    const all = this.#pages.flatMap((p) => p.wrongs);
    if (all.length) throw new Error(`pages misbehaved:\n  ${all.join('\n  ')}`);
  }

  async failed(name) {
    for (const [i, { page }] of this.#pages.entries()) {
      try {
        await this.shot(page, `${name}-${i + 1}`, shots ?? join(root, 'bin/shots'));
      } catch {
        // The page is gone; the error itself says more.
      }
    }
    this.test.diagnostic(`the server's last words:\n${this.world.server.log.slice(-3000)}`);
  }

  async close() {
    await Promise.all(this.#pages.map(({ context }) => context.close()));
  }

  #wrongs = (page) => this.#pages.find((p) => p.page === page)?.wrongs ?? [];
}
