import assert from 'node:assert/strict';
import { world } from './lib/world.mjs';

const w = await world();

for (const [size, lang, elder] of [['phone', 'zh-CN', true], ['wide', 'en', false]]) {
  w.journey(`somebody new signs in by phone code (${size}, ${lang}${elder ? ', large type' : ''})`, async (s) => {
    const page = await s.open('/sign-in?to=/', { size, lang, elder });
    await page.locator('input[type=tel]').fill(w.phone());
    await page.locator('button[type=submit]').click();
    const code = page.locator('input[autocomplete="one-time-code"]');
    await code.waitFor();
    const told = /\d{6}/.exec(await page.locator('.field-note').allInnerTexts().then((all) => all.join(' ')));
    assert.ok(told, 'a demo server tells the code');
    await s.check(page, `sign-in-${size}`);
    await code.fill(told[0]);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((url) => url.pathname === '/');
    const me = await page.evaluate(() => fetch('/api/me').then((r) => r.json()));
    assert.ok(me.account.id, 'the browser now is that person');
    const cookies = await page.context().cookies();
    assert.ok(cookies.find((c) => c.name === 'tb_session')?.httpOnly, 'scripts cannot read the session');
  });
}
