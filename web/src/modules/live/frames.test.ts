import { describe, expect, it } from 'vitest';
import { byWish, guestsAfter, linesAfter, packChanged, pinned, pinnedAnswer, questionsAfter, shownDraw, type ChatLine } from './frames';
import type { Bag, Draw, Question } from './model';

const bag: Bag = {
  pinned: '',
  items: [{ id: 'p1', title: '苹果', photo: '', packs: [{ id: 'k1', label: '5 斤装', priceFen: 2980, wasFen: 3500, version: 2, band: 'plenty' }] }],
};
const line = (id: string, more: Partial<ChatLine> = {}): ChatLine => ({ id, account: 'a', name: '阿琳', role: 'viewer', text: id, question: false, at: '', ...more });
const question = (id: string, more: Partial<Question> = {}) => ({ id, state: 'open', upvotes: 0, at: id, answer: '', answeredAt: 0, pinned: false, ...more }) as Question;

describe('prices and stock', () => {
  it('follow the frame, and an older version changes nothing', () => {
    const now = packChanged(bag, { product: 'p1', pack: 'k1', priceFen: 2780, version: 3 });
    expect(now.items[0]!.packs[0]).toMatchObject({ priceFen: 2780, version: 3, wasFen: 0 });
    expect(packChanged(now, { product: 'p1', pack: 'k1', priceFen: 2980, version: 2 })).toEqual(now);
  });
  it('tell the band without touching the price', () => {
    expect(packChanged(bag, { product: 'p1', pack: 'k1', band: 'gone' }).items[0]!.packs[0]).toMatchObject({ band: 'gone', priceFen: 2980 });
  });
  it('take the card that comes with a pin, which is newer than the bag', () => {
    const card = { ...bag.items[0]!, title: '红富士' };
    expect(pinned(bag, { product: 'p1', card })).toMatchObject({ pinned: 'p1', items: [{ title: '红富士' }] });
    expect(pinned(bag, { product: 'p2', card: { ...card, id: 'p2' } }).items).toHaveLength(2);
    expect(pinned(bag, { product: '' }).pinned).toBe('');
  });
});

describe('lines', () => {
  it('show an own line once, whichever comes first, frame or answer', () => {
    const sending = [line('key', { state: 'sending', text: '甜不甜', account: 'me' })];
    const after = linesAfter(sending, [line('l1', { text: '甜不甜', account: 'me' })], 'me');
    expect(after.map((l) => [l.id, l.state])).toEqual([['l1', 'shown']]);
    expect(linesAfter(after, [line('l1', { text: '甜不甜', account: 'me' })], 'me')).toHaveLength(1);
  });
  it("do not take another's same words for the own line", () => {
    const sending = [line('key', { state: 'sending', text: '好', account: 'me' })];
    expect(linesAfter(sending, [line('l1', { text: '好', account: 'other' })], 'me')).toHaveLength(2);
  });
  it('keep the last two hundred', () => {
    const many = Array.from({ length: 250 }, (_, i) => line(String(i)));
    const kept = linesAfter([], many, '');
    expect([kept.length, kept[0]!.id]).toEqual([200, '50']);
  });
});

describe('questions, guests and draws', () => {
  it('drop a question that was merged into another', () => {
    expect(questionsAfter([question('a'), question('b')], question('a', { state: 'merged' })).map((q) => q.id)).toEqual(['b']);
  });
  it('put the most wanted first, and among equals the earlier asked', () => {
    expect(byWish([question('2'), question('1'), question('3', { upvotes: 5 })]).map((q) => q.id)).toEqual(['3', '1', '2']);
  });
  it('pin the newest pinned answer', () => {
    const list = [question('a', { pinned: true, answer: 'x', answeredAt: 10 }), question('b', { pinned: true, answer: 'y', answeredAt: 20 }), question('c', { answer: 'z', answeredAt: 30 })];
    expect(pinnedAnswer(list)?.id).toBe('b');
  });
  it('follow guests coming and going', () => {
    const one = guestsAfter([], { slot: 'guest1', name: '老周', state: 'invited', whepUrl: '/w' });
    expect(one).toMatchObject([{ slot: 'guest1', name: '老周' }]);
    expect(guestsAfter(one, { slot: 'guest1', state: 'gone' })).toEqual([]);
  });
  it('let a lucky bag stand for five minutes after the draw', () => {
    const drawn = { id: 'd', drawn: new Date(1_000_000).toISOString() } as Draw;
    expect(shownDraw([drawn], 1_000_000 + 299_000)).toBe(drawn);
    expect(shownDraw([drawn], 1_000_000 + 301_000)).toBeUndefined();
  });
});
