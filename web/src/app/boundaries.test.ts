// Who may import whom. A module imports the kit, the platform and another
// module's model.ts, nothing else; kit and platform import no module.
import { describe, expect, it } from 'vitest';

const sources = import.meta.glob<string>('/src/**/*.{ts,vue}', { eager: true, query: '?raw', import: 'default' });

function layer(path: string) {
  const [, , top, second] = path.split('/');
  return { top: top!, pillar: top === 'modules' ? second! : '' };
}

function allowed(from: string, to: string): boolean {
  const a = layer(from);
  const b = layer(to);
  switch (a.top) {
    case 'kit':
    case 'platform':
      return b.top === 'kit' || b.top === 'platform';
    case 'modules':
      return b.top === 'kit' || b.top === 'platform' || (b.top === 'modules' && (a.pillar === b.pillar || /\/model(\.ts)?$/.test(to)));
    case 'shells':
      return b.top !== 'app' && (b.top !== 'shells' || from.split('/')[3] === to.split('/')[3]);
    default:
      return true;
  }
}

describe('imports', () => {
  it('go down only', () => {
    const bad: string[] = [];
    for (const [file, text] of Object.entries(sources)) {
      if (file.endsWith('.test.ts')) continue;
      for (const m of text.matchAll(/(?:from|import\()\s*'(@\/[^']+|\.{1,2}\/[^']+)'/g)) {
        const to = m[1]!.startsWith('@/') ? '/src/' + m[1]!.slice(2) : new URL(m[1]!, 'file://' + file).pathname;
        if (!allowed(file, to)) bad.push(`${file} → ${to}`);
      }
    }
    expect(bad).toEqual([]);
  });
  it('stay readable: no page over 300 lines', () => {
    const long = Object.entries(sources).filter(([f, s]) => f.includes('/pages.') && s.trimEnd().split('\n').length > 300);
    expect(long.map(([f]) => f)).toEqual([]);
  });
});
