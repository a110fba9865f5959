// Chromium as people have it: a cheap phone or a desk screen, one language, one
// size of type, and a camera that shows a test picture.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { root } from './server.mjs';

// The web app's own packages serve here too.
const need = createRequire(join(root, 'web/package.json'));
const { chromium } = need('playwright-core');
export const axePath = need.resolve('axe-core/axe.min.js');

export const sizes = {
  phone: { viewport: { width: 360, height: 640 }, screen: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
  wide: { viewport: { width: 1366, height: 768 }, screen: { width: 1366, height: 768 } },
};

function executable() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  throw new Error('no Chromium on this machine: install it, or name it in CHROMIUM');
}

export const launch = () =>
  chromium.launch({
    executablePath: executable(),
    headless: !process.env.SHOW,
    args: [
      '--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
      '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio',
    ],
  });

/**
 * A window of its own for one person. It notes what no page may do: ask
 * another server, or complain in the console.
 */
export async function openWindow(browser, server, { as, size = 'phone', lang = 'zh-CN', elder = false, worker = false, context: more = {} } = {}) {
  const context = await browser.newContext({
    ...sizes[size], baseURL: server.base, locale: lang, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce',
    permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
    // A worker takes requests out of sight and costs a cache a window: only journeys about being offline want it.
    serviceWorkers: worker ? 'allow' : 'block',
    ...more,
  });
  context.setDefaultTimeout(20_000);
  if (as?.token) await context.addCookies([{ name: 'tb_session', value: as.token, url: server.base, httpOnly: true, sameSite: 'Lax' }]);
  await context.addInitScript(
    ([lang, elder]) => {
      try {
        if (localStorage.getItem('tianbo.lang') === null) {
          localStorage.setItem('tianbo.lang', lang);
          localStorage.setItem('tianbo.elder', elder);
        }
      } catch {
        // about:blank has no storage
      }
    },
    [lang, elder ? '1' : '0'],
  );
  return context;
}

const asked = new WeakMap();

/** How many questions of a page to the API have no answer yet. */
export const pending = (page) => asked.get(page)?.size ?? 0;

/** Watches a page and gives the list of what it did that no page may. */
export function watch(page, server) {
  const wrongs = [];
  const open = new Set();
  asked.set(page, open);
  page.on('request', (r) => /\/api\/(?!connect)/.test(r.url()) && ['fetch', 'xhr'].includes(r.resourceType()) && open.add(r));
  page.on('requestfinished', (r) => open.delete(r));
  page.on('requestfailed', (r) => open.delete(r));
  page.on('request', (r) => {
    const url = new URL(r.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.host !== new URL(server.base).host) wrongs.push(`asked another server: ${r.url()}`);
  });
  page.on('response', (r) => {
    if (r.status() >= 500) wrongs.push(`${r.request().method()} ${r.url()} answered ${r.status()}`);
  });
  page.on('pageerror', (e) => wrongs.push(`threw ${e.stack ?? e}`));
  page.on('console', (m) => {
    if (m.type() !== 'error' && m.type() !== 'warning') return;
    // The browser reports every refusal; what the page makes of it is what counts.
    if (/^Failed to load resource/.test(m.text()) && /\/(api|live|replay)\//.test(m.location().url)) return;
    if (/Service Worker registration blocked by Playwright/.test(m.text())) return;
    if (/WebSocket connection to|net::ERR_(INTERNET_DISCONNECTED|FAILED|CONNECTION)/.test(m.text())) return; // cuts that journeys make on purpose
    wrongs.push(`console ${m.type()}: ${m.text()} (${m.location().url})`);
  });
  return wrongs;
}
