// Opens every route of the app in both languages, both sizes of type and on
// both screens, and asks of each what every page owes: see lib/check.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWindow, watch } from './lib/browser.mjs';
import { axe, overflow, settled } from './lib/check.mjs';
import { world } from './lib/world.mjs';
import { root } from './lib/server.mjs';

const w = await world();
const patience = { timeout: 300_000 };

const looks = ['phone', 'wide'].flatMap((size) => ['zh-CN', 'en'].flatMap((lang) => [false, true].map((elder) => ({ size, lang, elder }))));

/** The names in a shell's table of routes. */
async function named(shell) {
  const text = await readFile(join(root, `web/src/shells/${shell}/routes.ts`), 'utf8');
  return [...text.matchAll(/(?:\bname:\s*|\bpage\(\s*)'([\w-]+)'/g)].map((m) => m[1]);
}

/** Within the app as a link does it; the first address of a window is opened. */
async function go(page, path) {
  if (page.url() === 'about:blank') return page.goto(path);
  return page.evaluate((to) => document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(to), path);
}

/** Faults of one page in one look. */
async function faults(page, wrongs, path) {
  await go(page, path);
  await settled(page);
  const found = [...(await axe(page)), ...(await overflow(page)), ...wrongs.splice(0)];
  // A key that shows itself is a word that is missing.
  const bare = await page.evaluate(() => document.body.innerText.match(/\b(shop|farm|desk|kit)(\.[a-zA-Z]\w*){1,4}\b/g));
  return bare ? [...found, `words are missing: ${bare.join(' ')}`] : found;
}

/** Walks a shell's routes as somebody, two windows at a time. */
async function walk(s, shell, as, paths) {
  const names = await named(shell);
  assert.ok(names.length, `the table of ${shell} was found`);
  assert.deepEqual(names.filter((n) => !(n in paths)), [], 'every route has an address to walk to');
  const all = [];
  const queue = [...looks];
  const walker = async () => {
    for (let look; (look = queue.shift()); ) {
      const context = await openWindow(w.browser, w.server, { as, ...look });
      const page = await context.newPage();
      const wrongs = watch(page, w.server);
      for (const name of names) {
        for (const path of [paths[name]].flat()) {
          const label = `${name} ${look.size} ${look.lang}${look.elder ? ' elder' : ''}`;
          try {
            const found = await faults(page, wrongs, path);
            if (found.length) all.push(`${label} (${path})\n    ${found.join('\n    ')}`);
          } catch (error) {
            all.push(`${label} (${path})\n    ${error.message}`);
          }
          await s.shot(page, `${name}-${look.size}-${look.lang}${look.elder ? '-elder' : ''}`);
        }
      }
      await context.close();
    }
  };
  await Promise.all([walker(), walker()]);
  assert.equal(all.length, 0, `${all.length} pages are at fault:\n  ${all.join('\n  ')}`);
}

/** A county small enough to make quickly, with something of everything. */
let county;
function stage() {
  county ??= (async () => {
    const admin = await w.admin();
    const [live, ended] = await Promise.all([w.live({ name: '李桂芳', products: [{}, { title: '百花土蜂蜜', art: 'honey', packs: [{ label: '500 克', netGrams: 500, priceFen: 6800, stock: 9 }] }] }), w.live({ name: '王建国' })]);
    const [buyer, loud, waiting] = await Promise.all([w.buyer({ name: '小陈' }), w.buyer({ name: '一碗面' }), w.farmer({ name: '赵小满', verified: false, products: [], room: false })]);
    await ended.off();
    const replay = (await ended.post(`/api/rooms/${ended.room}/end`)).id;
    const line = await buyer.post(`/api/rooms/${live.room}/lines`, { text: '这个苹果甜不甜？', question: true });
    await loud.post(`/api/lines/${line.id}/report`, { reason: '和商品无关' });
    await loud.post(`/api/rooms/${live.room}/lines`, { text: '加我微信 wx12345678 便宜一半' });
    const order = await w.order(buyer, live);
    await buyer.post(`/api/orders/${order.id}/pay`, { method: 'transfer', reference: '尾号 1234' });
    const toShip = await w.order(buyer, ended);
    await buyer.post(`/api/orders/${toShip.id}/pay`, { method: 'cash' });
    await ended.post(`/api/orders/${toShip.id}/confirm`);
    const guest = await live.post(`/api/rooms/${live.room}/guests`, { name: '老周' });
    await admin.put(`/api/rooms/${live.room}/chat-settings`, { slowSeconds: 0, words: ['假货'], firstTimers: 'shown' });
    return { admin, live, ended, buyer, loud, waiting, replay, order: order.id, toShip: toShip.id, guest };
  })();
  return county;
}

w.journey('every page of the shop', async (s) => {
  const c = await stage();
  await walk(s, 'shop', c.buyer, {
    home: '/', orders: '/orders', me: '/me', room: `/room/${c.live.room}`, replay: `/watch/${c.replay}`, product: `/product/${c.live.products[0].id}`,
    seller: `/seller/${c.live.org}`, order: `/orders/${c.order}`, addresses: '/me/addresses', notices: '/me/notices', helpers: '/me/helpers',
    devices: '/me/devices', privacy: '/me/privacy', security: '/me/security', 'sign-in': '/sign-in',
  });
}, patience);

w.journey('every page of the farm', async (s) => {
  const c = await stage();
  await walk(s, 'farm', c.ended, {
    farm: '/farm', 'farm-go': '/farm/go', 'farm-live': `/farm/live/${c.ended.room}`, 'farm-announce': '/farm/announce', 'farm-replays': '/farm/replays',
    'farm-clip': `/farm/replays/${c.replay}`, 'farm-encoder': '/farm/encoder', 'farm-camera-help': '/farm/camera', 'farm-products': '/farm/products',
    'farm-product-new': '/farm/products/new', 'farm-product': `/farm/products/${c.ended.products[0].id}`, 'farm-orders': '/farm/orders', 'farm-ship': `/farm/orders/${c.toShip}`,
    'farm-label': `/farm/orders/${c.toShip}/label`, 'farm-money': '/farm/money', 'farm-waiting': '/farm/waiting', 'farm-stall': '/farm/stall', 'farm-verify': '/farm/verify',
    'farm-recheck': '/farm/recheck', 'farm-help': '/farm/help', 'farm-helpers': '/farm/helpers', 'farm-settings': '/farm/settings', join: `/join/${c.live.room}/${c.guest.slot}#${c.guest.token}`,
  });
}, patience);

w.journey('every page of the desk', async (s) => {
  const c = await stage();
  await walk(s, 'desk', c.admin, {
    desk: '/desk', 'desk-reviews': ['/desk/reviews', '/desk/reviews?state=approved'], 'desk-rooms': '/desk/rooms', 'desk-room': `/desk/rooms/${c.live.room}`,
    'desk-lines': ['/desk/lines', '/desk/lines?wait=reported'], 'desk-payments': '/desk/payments', 'desk-orders': '/desk/orders', 'desk-order': `/desk/orders/${c.order}`,
    'desk-orgs': '/desk/orgs', 'desk-org': `/desk/orgs/${c.live.org}`, 'desk-accounts': '/desk/accounts', 'desk-account': `/desk/accounts/${c.live.account}`,
    'desk-staff': '/desk/staff', 'desk-audit': '/desk/audit', 'desk-health': '/desk/health',
  });
}, patience);

w.journey('a page that is not there, for everybody', async (s) => {
  for (const look of looks) await s.check(await s.open('/no/such/page', look), `missing-${look.size}`);
});
