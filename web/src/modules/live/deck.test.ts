import { describe, expect, it } from 'vitest';
import { apply, emptyDeck, goods, openQuestions, type DeckState, type Line, type Product, type Question } from './deck';

const line = (id: string, more: Partial<Line> = {}) => ({ id, text: id, state: 'shown', ...more }) as Line;
const question = (id: string, more: Partial<Question> = {}) => ({ id, state: 'open', upvotes: 0, at: '2026-01-01T00:00:00Z', ...more }) as Question;
const product = (id: string, state = 'listed') => ({ id, state, packs: [{ id: id + '-k', priceFen: 100, priceVersion: 1, stock: 'plenty' }] }) as Product;

describe("a host's deck", () => {
  it('takes lines once, forgets the oldest, and marks what is retracted', () => {
    const s = emptyDeck();
    s.held = [line('a')];
    apply(s, { kind: 'lines', data: [line('a'), line('b')] });
    apply(s, { kind: 'lines', data: [line('b'), ...Array.from({ length: 250 }, (_, i) => line(`l${i}`))] });
    expect(s.lines).toHaveLength(200);
    expect(s.held).toEqual([]);
    apply(s, { kind: 'retract', data: { lines: ['l249'] } });
    expect(s.lines.at(-1)).toMatchObject({ id: 'l249', state: 'retracted' });
  });
  it('keeps questions by what most want to know', () => {
    const s = emptyDeck();
    apply(s, { kind: 'question', data: question('early', { at: '2026-01-01T00:00:01Z' }) });
    apply(s, { kind: 'question', data: question('late', { at: '2026-01-01T00:00:02Z' }) });
    apply(s, { kind: 'question', data: question('wanted', { upvotes: 3, at: '2026-01-01T00:00:03Z' }) });
    expect(openQuestions(s).map((q) => q.id)).toEqual(['wanted', 'early', 'late']);
    apply(s, { kind: 'question', data: question('wanted', { state: 'answered' }) });
    apply(s, { kind: 'question', data: question('late', { state: 'merged' }) });
    expect(openQuestions(s).map((q) => q.id)).toEqual(['early']);
    expect(s.questions.map((q) => q.id)).not.toContain('late');
  });
  it('follows price and stock, and asks for the exact numbers', () => {
    const s = emptyDeck();
    s.products = [product('p')];
    expect(apply(s, { kind: 'price', data: { product: 'p', pack: 'p-k', priceFen: 90, version: 2 } })).toEqual([]);
    expect(apply(s, { kind: 'stock', data: { product: 'p', pack: 'p-k', band: 'low' } })).toEqual(['bag']);
    expect(s.products[0]!.packs[0]).toMatchObject({ priceFen: 90, priceVersion: 2, stock: 'low' });
  });
  it('orders the goods as the bag does', () => {
    const s = emptyDeck();
    s.products = [product('a'), product('b'), product('c'), product('d', 'hidden')];
    s.bag = ['c', 'a', 'gone'];
    expect(goods(s).inBag.map((p) => p.id)).toEqual(['c', 'a']);
    expect(goods(s).others.map((p) => p.id)).toEqual(['b']);
  });
  it('follows the state of the broadcast', () => {
    const s = emptyDeck();
    s.room = { state: 'planned', session: '', broadcast: {} } as unknown as DeckState['room'];
    apply(s, { kind: 'state', data: { session: 'ses', state: 'live', at: '2026-01-01T00:00:00Z' } });
    expect(s.room!.broadcast).toMatchObject({ id: 'ses', state: 'live', startedAt: '2026-01-01T00:00:00Z' });
    apply(s, { kind: 'state', data: { session: 'ses', state: 'frozen', reason: '夸大' } });
    expect(s.room).toMatchObject({ state: 'frozen', broadcast: { freezeReason: '夸大', startedAt: '2026-01-01T00:00:00Z' } });
  });
});
