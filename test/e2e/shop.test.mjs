// What a buyer does: a shared link, the picture, a word in the chat, a box of
// apples bought over the playing picture; and the last box that two want.
import assert from 'node:assert/strict';
import { world } from './lib/world.mjs';

const w = await world();

/** The picture really runs: its clock goes on. */
async function watches(page, by = 0.5) {
  await page.waitForFunction(() => document.querySelector('.player')?.dataset.phase === 'playing' && document.querySelector('.player video').currentTime > 0, null, { timeout: 40_000 });
  const from = await page.evaluate(() => document.querySelector('.player video').currentTime);
  await page.waitForFunction(([from, by]) => document.querySelector('.player video').currentTime > from + by, [from, by]);
}

/** Signs in on the sheet that lies over the page. */
async function signsIn(page, phone) {
  const form = page.locator('.sign-in-form');
  await form.locator('input[type=tel]').fill(phone);
  await form.locator('button[type=submit]').click();
  const code = form.locator('input.code');
  await code.waitFor();
  const told = /\d{6}/.exec(await form.locator('.field-note').first().innerText());
  await code.fill(told[0]); // six digits are enough: nothing more to press
  await form.waitFor({ state: 'detached' });
}

async function typesAddress(page, phone) {
  const form = page.locator('.address-form');
  await form.locator('input[autocomplete=name]').fill('小陈');
  await form.locator('input[autocomplete=tel]').fill(phone);
  await form.locator('.regions select').first().selectOption('31');
  await form.locator('.regions select').last().selectOption('310101');
  await form.locator('input[autocomplete=street-address]').fill('示范路 10 号');
}

const apples = { fresh: true, packs: [{ label: '5 斤装', netGrams: 2500, priceFen: 2980, stock: 50 }] };

for (const [lang, elder] of [['zh-CN', false], ['en', true]]) {
  w.journey(`a shared link, the picture, a word, an order that the farmer sees (${lang}${elder ? ', large type' : ''})`, async (s) => {
    const farmer = await w.live({ name: '李桂芳', products: [apples] });
    await farmer.put(`/api/rooms/${farmer.room}/pin`, { product: farmer.products[0].id });

    const first = await s.open(`/room/${farmer.room}`, { lang, elder });
    await first.locator('button.round').filter({ has: first.locator('path[d^="M14 5l7 6"]') }).click();
    await first.locator('.toast').waitFor();
    const link = await first.evaluate(() => navigator.clipboard.readText());
    assert.equal(new URL(link).pathname, `/room/${farmer.room}`);
    await first.close();

    const page = await s.open(new URL(link).pathname, { lang, elder });
    await watches(page);
    const room = await farmer.get(`/api/rooms/${farmer.room}`);
    for (const name of [room.host.name, room.seller.name]) assert.ok((await page.locator('.capsule-parties').innerText()).includes(name), `${name} stands on the screen`);
    await s.check(page, `room-${lang}`);

    // A word, by somebody who is not signed in yet.
    const phone = w.phone();
    await page.locator('.room-say').click();
    await page.locator('.say-text').fill('这个苹果甜不甜？');
    await page.locator('.say-row button').click();
    await signsIn(page, phone);
    await page.locator('.chat-list li.mine').filter({ hasText: '这个苹果甜不甜？' }).waitFor();
    await s.until(async () => (await farmer.get(`/api/sessions/${room.session}/lines`)).items.some((l) => l.text === '这个苹果甜不甜？'), { what: 'the line on record' });
    await s.check(page, `chat-${lang}`);
    await page.keyboard.press('Escape');

    // The farmer's own list, open all the while.
    const farm = await s.open('/farm/orders?tab=placed', { as: farmer, elder: true });
    await page.locator('.pin .btn').click();
    await typesAddress(page, phone);
    await s.check(page, `buy-${lang}`);
    await page.locator('.buy-foot .btn').click();
    await page.locator('.pay').waitFor();
    const placed = Date.now();
    await farm.getByText('小陈').first().waitFor();
    s.test.diagnostic(`the farmer's screen had the order ${Date.now() - placed} ms after the buyer's`);

    // Fresh goods are paid for only by who knows that they do not go back.
    const pay = page.locator('.pay .btn.buy');
    assert.equal(await pay.isDisabled(), true, 'the notice is confirmed before paying');
    await page.locator('.pay-fresh input').check();
    await s.check(page, `pay-${lang}`);
    await pay.click();
    await page.locator('.pay .notice.good').waitFor();
    await watches(page); // under the sheet, all the while

    const order = (await farmer.get(`/api/orders?as=seller&org=${farmer.org}`)).items[0];
    assert.equal(order.room, farmer.room);
    assert.ok(order.videoSeconds > 0, 'it is known where in the broadcast it was bought');
    await farmer.post(`/api/orders/${order.id}/confirm`);
    await page.waitForFunction(() => !document.querySelector('.pay-sum')); // told by itself: paid
    await page.locator('.pay .btn', { hasText: lang === 'en' ? 'See the order' : '看订单' }).click();
    await page.waitForURL((url) => url.pathname === `/orders/${order.id}`);
    await page.locator('.order-big').waitFor();
    await s.check(page, `order-${lang}`);
  });
}

w.journey('two taps buy with a saved address', async (s) => {
  const farmer = await w.live({ name: '王建国', products: [{}] });
  await farmer.put(`/api/rooms/${farmer.room}/pin`, { product: farmer.products[0].id });
  const buyer = await w.buyer({ name: '阿琳' });
  const page = await s.open(`/room/${farmer.room}`, { as: buyer });
  await page.locator('.pin .btn').click();
  await page.locator('.address-row').waitFor();
  await page.locator('.buy-foot .btn').click();
  await page.locator('.pay').waitFor();
  assert.equal((await buyer.get('/api/orders')).items.length, 1);
});

w.journey('two want the last box: one has it, the other is told and has lost nothing', async (s) => {
  const farmer = await w.live({ name: '张秀兰', products: [{ packs: [{ label: '5 斤装', netGrams: 2500, priceFen: 2980, stock: 1 }] }] });
  const [product] = farmer.products;
  await farmer.put(`/api/rooms/${farmer.room}/pin`, { product: product.id });
  const buyers = await Promise.all([w.buyer({ name: '阿琳' }), w.buyer({ name: '老周家' })]);
  const pages = await Promise.all(buyers.map((as, i) => s.open(`/room/${farmer.room}`, { as, elder: i === 1, lang: i ? 'en' : 'zh-CN' })));
  for (const page of pages) {
    await page.locator('.pin .btn').click();
    await page.locator('.address-row').waitFor();
  }
  // Who is second is told by the answer, or by the room a moment before the tap.
  const told = '.buy .notice.bad, .buy-foot .btn[disabled]:not(.busy)';
  await Promise.all(pages.map((page) => page.locator('.buy-foot .btn').click({ timeout: 5000 }).catch(() => page.locator(told).first().waitFor())));
  const ends = await Promise.all(pages.map((page) => Promise.race([page.locator('.pay').waitFor().then(() => 'bought'), page.locator(told).first().waitFor().then(() => 'told')])));
  assert.deepEqual([...ends].sort(), ['bought', 'told']);
  const loser = pages[ends.indexOf('told')];
  assert.match(await loser.locator(told).first().innerText(), /卖完|sold out/i);
  await s.check(loser, 'sold-out');
  assert.equal((await farmer.get(`/api/orders?as=seller&org=${farmer.org}`)).items.length, 1, 'one order');
  const after = await farmer.get(`/api/products/${product.id}`);
  assert.deepEqual([after.packs[0].free, after.packs[0].held], [0, 1], 'never below nothing');
  // The room itself tells that it is gone.
  await loser.keyboard.press('Escape');
  await loser.waitForFunction(() => document.querySelector('.pin .btn')?.disabled);
});

w.journey('the host is lost and comes back: same page, no reload', async (s) => {
  const farmer = await w.live({ name: '刘长河' });
  const page = await s.open(`/room/${farmer.room}`);
  await watches(page);
  await page.evaluate(() => (globalThis.mark = 'the same page'));
  await farmer.off();
  await page.getByText('马上回来').first().waitFor();
  await s.check(page, 'away');
  const { broadcast } = await import('./lib/people.mjs');
  w.encoders.push(await broadcast(farmer));
  await watches(page);
  assert.equal(await page.evaluate(() => globalThis.mark), 'the same page');
  await farmer.post(`/api/rooms/${farmer.room}/end`);
  await page.locator('.rest-card').waitFor();
  await page.locator('.rest-card .btn.main').click();
  await page.waitForFunction(() => (document.querySelector('.replay video')?.currentTime ?? 0) > 0.5, null, { timeout: 40_000 });
  await s.check(page, 'replay');
});

w.journey('two characters find rooms and goods', async (s) => {
  const farmer = await w.host({ name: '郭月英', products: [{ title: '百花土蜂蜜', art: 'honey' }] });
  const page = await s.open('/');
  await page.locator('.search input').fill('蜂蜜');
  await page.keyboard.press('Enter');
  await page.locator('.tile').filter({ hasText: '百花土蜂蜜' }).waitFor();
  await s.check(page, 'search');
  await page.locator('.search input').fill('月英');
  await page.keyboard.press('Enter');
  await page.locator(`a[href="/room/${farmer.room}"]`).first().waitFor();
});

w.journey('a poll, a lucky bag and a question, by somebody who may take part and by one who may not', async (s) => {
  const farmer = await w.live({ name: '杨德山' });
  const [buyer, other] = await Promise.all([w.buyer({ name: '阿琳' }), w.buyer({ name: '青山' })]);
  await other.post(`/api/rooms/${farmer.room}/lines`, { text: '会不会打蜡？', question: true });
  await farmer.post(`/api/rooms/${farmer.room}/polls`, { question: '明年种什么？', options: ['苹果', '梨'], minutes: 10 });
  await farmer.post(`/api/rooms/${farmer.room}/draws`, { title: '苹果一箱', prizeFen: 2980, winners: 1, closesInMinutes: 10 });
  const page = await s.open(`/room/${farmer.room}`, { as: buyer, elder: true });

  await page.locator('button.chip', { hasText: '投票' }).click();
  await page.locator('.poll button', { hasText: '梨' }).click();
  await page.locator('.poll button.mine', { hasText: '1 票' }).waitFor();
  assert.deepEqual((await buyer.get(`/api/rooms/${farmer.room}/polls`)).items[0].votes, [0, 1]);
  await s.check(page, 'poll');
  await page.keyboard.press('Escape');

  await page.locator('button.chip', { hasText: '福袋' }).click();
  await page.locator('.draw-rules').waitFor(); // the rules stand before the button
  await page.locator('.draw .btn.main').click();
  await page.locator('.draw .notice.good').waitFor();
  await s.check(page, 'lucky-bag');
  await page.keyboard.press('Escape');

  await page.locator('.room-say').click();
  await page.locator('.panel-tabs button').nth(1).click();
  await page.locator('.questions li', { hasText: '会不会打蜡' }).locator('button').click();
  await page.locator('.questions li button.on').waitFor();
  assert.equal((await buyer.get(`/api/rooms/${farmer.room}/questions`)).items[0].upvotes, 1);

  const own = await s.open(`/room/${farmer.room}`, { as: farmer });
  await own.locator('button.chip', { hasText: '福袋' }).click();
  await own.locator('.draw .btn.main').click();
  await own.locator('.draw .notice.bad').waitFor();
  assert.match(await own.locator('.draw .notice.bad').innerText(), /不能参加/);
});
