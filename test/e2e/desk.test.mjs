// The desk at work: reviewing hosts, keeping order, and closed doors.
import assert from 'node:assert/strict';
import { world } from './lib/world.mjs';

const w = await world();

w.journey('a reviewer decides the queue with the keyboard alone', async (s) => {
  const reviewer = await w.staff('reviewer');
  const first = await w.farmer({ name: '赵小满', verified: false, products: [], room: false });
  const second = await w.farmer({ name: '钱多多', verified: false, products: [], room: false });
  const page = await s.open('/desk', { as: reviewer, size: 'wide' });
  await s.check(page, 'desk-reviewer');
  // From the head of the page: past the skip link and the mark to the queue.
  const link = page.getByRole('link', { name: /主播审核/ }).first();
  for (let i = 0; i < 12 && !(await link.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/desk/reviews');
  await page.getByRole('heading', { name: '赵小满' }).waitFor();
  assert.match(await page.locator('main').innerText(), /身份证后四位/);
  await page.keyboard.press('a');
  await page.getByRole('dialog').getByText('通过后就可以开播').waitFor();
  await s.check(page, 'desk-approve');
  await focusOn(page, page.getByRole('dialog').getByRole('button', { name: '通过' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '钱多多' }).waitFor();
  assert.equal((await first.get('/api/me')).host, 'approved');

  await page.keyboard.press('r');
  const reason = page.getByRole('dialog').getByRole('textbox');
  await focusOn(page, reason);
  await page.keyboard.type('短');
  await focusOn(page, page.getByRole('dialog').getByRole('button', { name: '不通过' }));
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: '5 到 200 个字' }).waitFor();
  assert.equal(await reason.inputValue(), '短', 'what was typed stays');
  await focusOn(page, reason, 'Shift+Tab');
  await page.keyboard.type('了，姓名和身份证对不上');
  await focusOn(page, page.getByRole('dialog').getByRole('button', { name: '不通过' }));
  await page.keyboard.press('Enter');
  await page.getByText('都审完了').waitFor();
  await s.check(page, 'desk-reviewed');
  const mine = await second.get('/api/host-verification');
  assert.equal(mine.state, 'refused');
  assert.equal(mine.reason, '短了，姓名和身份证对不上', 'the farmer reads why');
});

w.journey('an administrator takes a live room off the air, and the viewer reads why', async (s) => {
  const host = await w.live({ name: '李桂芳' });
  const admin = await w.admin();
  const viewer = await s.open(`/room/${host.room}`, { as: await w.buyer() });
  const desk = await s.open('/desk/rooms', { as: admin, size: 'wide' });
  const tile = desk.locator('.tile').filter({ hasText: '李桂芳家的直播间' });
  await tile.getByText('正在播').waitFor();
  await tile.getByRole('button', { name: '看一看' }).click();
  const video = tile.locator('video');
  await s.until(() => video.evaluate((v) => v.currentTime > 0.5 && v.dataset.phase === 'playing'), { what: 'the picture to move on the wall' });
  assert.equal(await video.evaluate((v) => v.muted), true, 'the wall is silent');
  await s.check(desk, 'desk-wall');

  await tile.getByRole('button', { name: '暂停' }).click();
  const sheet = desk.getByRole('dialog');
  await sheet.getByRole('button', { name: '宣传不实' }).click();
  await s.check(desk, 'desk-freeze');
  await sheet.getByRole('button', { name: '暂停', exact: true }).click();
  await tile.getByText('已暂停，观众看不到画面').waitFor();
  await viewer.getByText('宣传不实，请更正后再播').first().waitFor();
  await s.check(viewer, 'room-frozen');
  assert.equal((await host.get(`/api/rooms/${host.room}`)).state, 'frozen');

  const log = await admin.get('/api/desk/audit?action=room');
  assert.deepEqual(JSON.parse(log.items[0].detail), { reason: '宣传不实，请更正后再播' });
  await tile.getByRole('button', { name: '恢复' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: '恢复' }).click();
  await s.until(async () => (await host.get(`/api/rooms/${host.room}`)).state !== 'frozen', { what: 'the freeze to be lifted' });
});

w.journey('a held line waits until the reviewer lets it out; a bad one is taken from every screen', async (s) => {
  const host = await w.live({ name: '王建国' });
  const reviewer = await w.staff('reviewer');
  const [quiet, loud] = [await w.buyer({ name: '青山' }), await w.buyer({ name: '一碗面' })];
  const page = await s.open(`/desk/rooms/${host.room}`, { as: reviewer, size: 'wide', lang: 'en' });
  await quiet.post(`/api/rooms/${host.room}/lines`, { text: '苹果真甜' });
  const line = page.locator('.chat-desk li').filter({ hasText: '苹果真甜' });
  await line.waitFor();
  await line.getByRole('button', { name: 'Take away' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('测试撤下');
  await page.getByRole('dialog').getByRole('button', { name: 'Take away' }).click();
  await line.waitFor({ state: 'detached' });

  const held = await loud.post(`/api/rooms/${host.room}/lines`, { text: '加我微信 wx12345678 便宜一半' });
  assert.equal(held.state, 'held');
  await page.getByRole('tab', { name: 'Held back' }).click();
  const waiting = page.locator('.line-queue li').filter({ hasText: '加我微信' });
  await waiting.waitFor();
  await s.check(page, 'desk-room-held');
  await waiting.getByRole('button', { name: 'Mute' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('combobox').selectOption('60');
  await sheet.getByRole('button', { name: 'Luring' }).click();
  await sheet.getByRole('button', { name: 'Mute', exact: true }).click();
  await page.getByText('一碗面 is muted').waitFor();
  await waiting.getByRole('button', { name: 'Show' }).click();
  await waiting.waitFor({ state: 'detached' });
  await assert.rejects(loud.post(`/api/rooms/${host.room}/lines`, { text: '还能说吗' }), { code: 'chat_muted' });
});

w.journey('the wrong part finds a closed door that says who can help', async (s) => {
  for (const [who, path, words] of [
    [await w.buyer(), '/desk', '您的账号还没有平台身份'],
    [await w.staff('trainer', { name: '陈老师' }), '/desk/accounts', '归这些人管：平台管理员'],
    [await w.staff('regulator', { name: '郑监管' }), '/desk/reviews', '归这些人管：平台管理员、审核员'],
  ]) {
    const page = await s.open(path, { as: who, size: 'phone', elder: true });
    const closed = page.getByRole('alert');
    await closed.getByText(words).waitFor();
    await closed.getByText('请找平台管理员任命').waitFor();
    await s.check(page, `desk-closed-${path.slice(6) || 'all'}`);
  }
  const visitor = await s.open('/desk/rooms');
  await visitor.waitForURL('**/sign-in?to=**');
});

w.journey('a regulator reads everything and changes what is theirs to change', async (s) => {
  const regulator = await w.staff('regulator', { name: '郑监管' });
  const helped = await w.farmer({ name: '孙奶奶', room: false });
  const helper = await w.person('小孙');
  const grant = await helped.post('/api/grants', { phone: helper.phone, scopes: ['goods'], days: 3 });
  await helper.post(`/api/grants/${grant.id}/act`);
  await helper.post(`/api/products/${helped.products[0].id}/hide`);
  const page = await s.open('/desk/audit', { as: regulator, size: 'wide' });
  await page.getByRole('row').filter({ hasText: '代 孙奶奶' }).first().waitFor();
  await s.check(page, 'desk-regulator-audit');
  const places = await page.getByRole('navigation').first().getByRole('link').allInnerTexts();
  assert.ok(places.some((p) => p.includes('操作日志')) && !places.some((p) => p.includes('账号')), 'the side shows what is theirs');
  await assert.rejects(regulator.post(`/api/desk/accounts/${helped.account}/suspend`, { reason: '不归我管的事' }), { status: 403 });
});

/** Walks by Tab until the thing has the focus, as one without a mouse does. */
async function focusOn(page, locator, key = 'Tab') {
  for (let i = 0; i < 15; i++) {
    if (await locator.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`the keyboard does not reach ${locator}`);
}
