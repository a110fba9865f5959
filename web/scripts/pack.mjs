// Packs the built text files with gzip and brotli, so the server never has to.
import { readdirSync, readFileSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

function* files(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

for (const path of files('dist')) {
  if (!/\.(js|css|html|svg|json|webmanifest)$/.test(path)) continue;
  const data = readFileSync(path);
  if (data.length < 600) continue;
  writeFileSync(path + '.gz', gzipSync(data, { level: 9 }));
  writeFileSync(path + '.br', brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

// The folder is embedded into the binary and so must be there in a fresh
// checkout, which knows it by this file alone.
writeFileSync('dist/.keep', '');
