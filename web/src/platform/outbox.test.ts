import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from './api/problem';
import { Outbox, type Act, type Store } from './outbox';

function memory(): Store & { rows: Map<number, Act> } {
  const rows = new Map<number, Act>();
  let next = 1;
  return {
    rows,
    all: async () => [...rows.values()].sort((a, b) => a.id! - b.id!),
    add: async (a) => (rows.set(next, { ...a, id: next }), next++),
    put: async (a) => void rows.set(a.id!, a),
    remove: async (id) => void rows.delete(id),
  };
}
const offline = () => new ApiError({ status: 0, code: 'offline' });

describe('the outbox', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends at once when it can', async () => {
    const box = new Outbox(memory(), () => 'me');
    const sent: unknown[] = [];
    box.handles('order.ship', async (b) => sent.push(b));
    expect(await box.post('order.ship', 'o1', { n: 1 }, 'ship')).toBe('sent');
    expect(sent).toEqual([{ n: 1 }]);
    expect(box.acts.value).toEqual([]);
  });

  it('keeps order and the same key over failures, and sends each once', async () => {
    const store = memory();
    const box = new Outbox(store, () => 'me');
    let up = false;
    const tried: string[] = [];
    const done: unknown[] = [];
    box.handles('order.ship', async (b, key) => {
      tried.push(key);
      if (!up) throw offline();
      done.push(b);
    });
    expect(await box.post('order.ship', 'a', 1, '')).toBe('waiting');
    expect(await box.post('order.ship', 'b', 2, '')).toBe('waiting');
    up = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done).toEqual([1, 2]);
    expect(new Set(tried).size).toBe(2); // retries carry the key of the act
    expect(store.rows.size).toBe(0);
  });

  it('survives a reload', async () => {
    const store = memory();
    const first = new Outbox(store, () => 'me');
    first.handles('order.ship', async () => Promise.reject(offline()));
    await first.post('order.ship', 'a', 'kept', '');
    first.stop();
    const second = new Outbox(store, () => 'me');
    const got: unknown[] = [];
    second.handles('order.ship', async (b) => got.push(b));
    await second.pump();
    expect(got).toEqual(['kept']);
  });

  it('gives a refusal back to the form and leaves nothing behind', async () => {
    const box = new Outbox(memory(), () => 'me');
    box.handles('order.ship', async () => Promise.reject(new ApiError({ status: 422, code: 'tracking', title: '请填单号' })));
    await expect(box.post('order.ship', 'a', 1, '')).rejects.toMatchObject({ code: 'tracking' });
    expect(box.acts.value).toEqual([]);
  });

  it('lets a refused act hold up its own lane only', async () => {
    const box = new Outbox(memory(), () => 'me');
    let up = false;
    const done: unknown[] = [];
    box.handles('order.ship', async (b) => {
      if (!up) throw offline();
      if (b === 'bad') throw new ApiError({ status: 409, code: 'illegal', title: '已发过' });
      done.push(b);
    });
    await box.post('order.ship', 'a', 'bad', '');
    await box.post('order.ship', 'a', 'after bad', '');
    await box.post('order.ship', 'b', 'good', '');
    up = true;
    box.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toEqual(['good']);
    expect(box.acts.value.map((a) => [a.body, a.problem])).toEqual([
      ['bad', '已发过'],
      ['after bad', ''],
    ]);
    await box.drop(box.acts.value[0]!.id!);
    await box.pump();
    expect(done).toEqual(['good', 'after bad']);
  });

  it('goes on with the step that failed, and repeats none that is done', async () => {
    const store = memory();
    let up = false;
    const ran: string[] = [];
    const handler = async (_: unknown, __: string, once: import('./outbox').Once) => {
      const photo = await once('photo', async (key) => (ran.push(key), 'upl_1'));
      await once('create', async (key) => {
        ran.push(`${key}:${photo}`);
        if (!up) throw offline();
      });
    };
    const first = new Outbox(store, () => 'me');
    first.handles('product.create', handler);
    await first.post('product.create', 'new', {}, '');
    first.stop();
    const key = [...store.rows.values()][0]!.key;
    up = true;
    const second = new Outbox(store, () => 'me'); // after a reload
    second.handles('product.create', handler);
    await second.pump();
    expect(ran).toEqual([`${key}-photo`, `${key}-create:upl_1`, `${key}-create:upl_1`]);
    expect(store.rows.size).toBe(0);
  });

  it("never touches another person's acts", async () => {
    const store = memory();
    const hers = new Outbox(store, () => 'her');
    hers.handles('order.ship', async () => Promise.reject(offline()));
    await hers.post('order.ship', 'a', 1, '');
    hers.stop();
    const mine = new Outbox(store, () => 'me');
    const sent: unknown[] = [];
    mine.handles('order.ship', async (b) => sent.push(b));
    await mine.pump();
    expect(sent).toEqual([]);
    expect(store.rows.size).toBe(1);
  });

  it('stops at a weak network instead of overtaking', async () => {
    const box = new Outbox(memory(), () => 'me');
    const seen: unknown[] = [];
    box.handles('order.ship', async (b) => {
      seen.push(b);
      throw new ApiError({ status: 503 });
    });
    await box.post('order.ship', 'a', 1, '');
    seen.length = 0;
    await box.post('order.ship', 'b', 2, '');
    expect(seen).toEqual([1]);
    box.stop();
  });
});
