// Fails the build when a first route has grown over its budget: HTML, scripts
// and styles that the browser must have before the page can show, in gzip.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budgets = [
  { name: 'live room', page: 'src/modules/live/pages.shop/RoomPage.vue', kb: 90 },
  { name: 'farmer home', page: 'src/modules/live/pages.farm/FarmHomePage.vue', kb: 70 },
  { name: 'desk', page: 'src/modules/live/pages.desk/DeskHomePage.vue', kb: 160 },
];
const playerKb = 120;

const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
const size = (path) => gzipSync(readFileSync('dist/' + path), { level: 9 }).length;

function collect(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build has no chunk for ${key}`);
  seen.add(key);
  for (const css of chunk.css ?? []) seen.add('css:' + css);
  for (const next of chunk.imports ?? []) collect(next, seen);
  return seen;
}

function weigh(keys) {
  let bytes = 0;
  for (const key of keys) bytes += size(key.startsWith('css:') ? key.slice(4) : manifest[key].file);
  return bytes;
}

const html = size('index.html') + size('boot.js');
let failed = false;
for (const { name, page, kb } of budgets) {
  const keys = collect('index.html');
  for (const shell of [page]) collect(shell, keys);
  const total = (html + weigh(keys)) / 1024;
  const over = total > kb;
  failed ||= over;
  console.log(`${over ? 'OVER ' : 'ok   '} ${name.padEnd(12)} ${total.toFixed(1).padStart(6)} KB of ${kb}`);
}
const hls = Object.values(manifest).find((c) => /(^|\/)hls-/.test(c.file));
if (hls) {
  const kb = size(hls.file) / 1024;
  failed ||= kb > playerKb;
  console.log(`${kb > playerKb ? 'OVER ' : 'ok   '} player       ${kb.toFixed(1).padStart(6)} KB of ${playerKb}`);
}
if (failed) {
  console.error('A route is over its budget: load less before the first paint.');
  process.exit(1);
}
