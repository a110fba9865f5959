// What every page owes everybody, whatever it shows.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { axePath, pending } from './browser.mjs';
import { until } from './people.mjs';

const axeSource = await readFile(axePath, 'utf8');

/** Violations of the whole rule set of axe, in words. */
export async function axe(page) {
  await page.evaluate((source) => globalThis.axe || (0, eval)(source), axeSource);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 4).map((n) => `${n.target.join(' ')}: ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`) }));
  });
  return found.map((v) => `axe ${v.id}: ${v.help}\n    ${v.nodes.join('\n    ')}`);
}

/** What sticks out of the screen. Mobile emulation widens the viewport, so the screen is the measure. */
export async function overflow(page) {
  const wide = await page.evaluate(() => {
    const limit = screen.width;
    if (Math.max(document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth) <= limit) return null;
    const out = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > limit + 1).slice(0, 5);
    return out.map((e) => `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className} ends at ${Math.round(e.getBoundingClientRect().right)}`);
  });
  return wide ? [`wider than the screen: ${wide.join('; ')}`] : [];
}

/** Waits until the page shows what it has: nothing on its way, nothing that calls itself busy. */
export async function settled(page) {
  await page.waitForLoadState('load');
  await page.waitForFunction(() => document.querySelector('#app')?.childElementCount && !document.querySelector('[aria-busy="true"]'));
  await until(() => pending(page) === 0, { what: `${page.url()} to get its answers`, every: 20 });
}

/** Fails with everything that is wrong on the page, not only the first. */
export async function check(page, wrongs, name) {
  await settled(page);
  const all = [...(await axe(page)), ...(await overflow(page)), ...wrongs];
  assert.equal(all.length, 0, `${name} at ${page.url()}:\n  ${all.join('\n  ')}`);
}
