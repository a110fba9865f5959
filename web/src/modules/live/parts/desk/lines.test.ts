import { describe, expect, it } from 'vitest';
import type { DeskLine } from '../../desk';
import { joined, without } from './lines';

const line = (id: string, state = 'shown') => ({ id, state, text: id }) as DeskLine;

describe('lines at the desk', () => {
  it('are there once and in order, whoever brought them', () => {
    const a = joined([], [line('lin_2'), line('lin_1')]);
    expect(joined(a, [line('lin_2'), line('lin_3')]).map((l) => l.id)).toEqual(['lin_1', 'lin_2', 'lin_3']);
  });
  it('leave out what is not shown', () => expect(joined([], [line('lin_1', 'held')])).toEqual([]));
  it('keep the newest when there are too many', () => {
    const many = Array.from({ length: 500 }, (_, i) => line('lin_' + String(i).padStart(4, '0')));
    const left = joined([], many);
    expect(left).toHaveLength(400);
    expect(left.at(-1)!.id).toBe('lin_0499');
  });
  it('forget what was taken away', () => expect(without([line('a'), line('b')], ['a']).map((l) => l.id)).toEqual(['b']));
});
