// Lines as the desk keeps them: each once, in order, the newest few hundred.
import type { DeskLine } from '../../desk';

const kept = 400;

export function joined(have: DeskLine[], more: DeskLine[]): DeskLine[] {
  const known = new Set(have.map((l) => l.id));
  const fresh = more.filter((l) => !known.has(l.id) && l.state === 'shown');
  if (!fresh.length) return have;
  // Identifiers rise with time.
  return [...have, ...fresh].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-kept);
}

export const without = (have: DeskLine[], gone: string[]) => have.filter((l) => !gone.includes(l.id));
