// Where words typed into the desk's search lead.
import type { RouteLocationRaw } from 'vue-router';

const kinds: [RegExp, string][] = [
  [/^ord_\w+$/, 'desk-order'],
  [/^room_\w+$/, 'desk-room'],
  [/^acc_\w+$/, 'desk-account'],
  [/^org_\w+$/, 'desk-org'],
];

/** people: the person may look accounts up; others find organisations by name. */
export function whither(typed: string, people: boolean): RouteLocationRaw | undefined {
  const words = typed.trim();
  if (!words) return undefined;
  const kind = kinds.find(([shape]) => shape.test(words));
  if (kind) return { name: kind[1], params: { id: words } };
  return { name: people ? 'desk-accounts' : 'desk-orgs', query: { q: words } };
}
