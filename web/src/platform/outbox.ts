// Acts that are done now and sent when there is signal: each exactly once and
// in order. An act has an idempotency key from its birth, so sending it again
// after a lost answer does nothing twice. A refused act stays in the list with
// the server's words and holds up only its own lane. Payments never come here.
import { computed, shallowRef } from 'vue';
import { newKey } from './api/client';
import { ApiError } from './api/problem';

/** What may wait. Money is not among them, and must not be. */
export type Kind = 'order.ship' | 'product.create' | 'product.photos';

export interface Act {
  id?: number;
  account: string;
  kind: Kind;
  /** Acts of one lane keep their order: an order's, a product's. */
  lane: string;
  key: string;
  body: unknown;
  /** What it is, for the list of waiting acts. */
  words: string;
  at: number;
  /** Why the server refused it; empty while it waits. */
  problem: string;
  /** Answers of the steps that are done, for acts of several. */
  done?: Record<string, unknown>;
}

/**
 * Runs one step of an act: its answer is remembered before the next step, so a
 * repeat goes on where it stopped. Each step has a key of its own.
 */
export type Once = <T>(step: string, run: (key: string) => Promise<T>) => Promise<T>;

export interface Store {
  all(): Promise<Act[]>;
  add(act: Act): Promise<number>;
  put(act: Act): Promise<void>;
  remove(id: number): Promise<void>;
}

type Handler = (body: unknown, key: string, once: Once) => Promise<unknown>;

const transient = (e: unknown) => !(e instanceof ApiError) || e.offline || e.status >= 500 || e.status === 429 || e.status === 401;

export class Outbox {
  readonly acts = shallowRef<Act[]>([]);
  readonly waiting = computed(() => this.acts.value.filter((a) => !a.problem));
  private readonly handlers = new Map<Kind, Handler>();
  private running: Promise<void> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pause = 1000;

  constructor(
    private readonly store: Store,
    private readonly account: () => string,
  ) {}

  handles(kind: Kind, handler: Handler) {
    this.handlers.set(kind, handler);
  }

  async load() {
    const account = this.account();
    this.acts.value = (await this.store.all()).filter((a) => a.account === account);
  }

  /**
   * Records an act and tries to send it. Answers whether it was sent or waits;
   * throws the server's refusal, and then nothing is left behind: the form is
   * still there to be corrected.
   */
  async post(kind: Kind, lane: string, body: unknown, words: string): Promise<'sent' | 'waiting'> {
    const act: Act = { account: this.account(), kind, lane, key: newKey(), body, words, at: Date.now(), problem: '' };
    act.id = await this.store.add(act);
    await this.load();
    await this.pump();
    const left = this.acts.value.find((a) => a.id === act.id);
    if (!left) return 'sent';
    if (!left.problem) return 'waiting';
    const refusal = this.refusals.get(act.id);
    await this.drop(act.id);
    throw refusal ?? new ApiError({ status: 400, title: left.problem });
  }

  private readonly refusals = new Map<number, unknown>();

  /** Sends what can be sent. Calls while one runs share it, then look again. */
  async pump(): Promise<void> {
    if (this.running) {
      await this.running;
    }
    this.running ??= this.run().finally(() => (this.running = undefined));
    await this.running;
  }

  private async run() {
    clearTimeout(this.timer);
    await this.load();
    const blocked = new Set(this.acts.value.filter((a) => a.problem).map((a) => a.lane));
    for (const act of this.acts.value) {
      const handler = this.handlers.get(act.kind);
      if (act.problem || blocked.has(act.lane) || !handler) continue;
      try {
        await handler(act.body, act.key, this.once(act));
        await this.store.remove(act.id!);
        this.pause = 1000;
      } catch (e) {
        if (transient(e)) {
          this.later();
          break;
        }
        const problem = (e as ApiError).message || (e as ApiError).code;
        this.refusals.set(act.id!, e);
        await this.store.put({ ...act, problem });
        blocked.add(act.lane);
      }
    }
    await this.load();
  }

  private once(act: Act): Once {
    return async <T>(step: string, run: (key: string) => Promise<T>) => {
      act.done ??= {};
      if (!(step in act.done)) {
        act.done[step] = (await run(`${act.key}-${step}`)) ?? null;
        await this.store.put(act);
      }
      return act.done[step] as T;
    };
  }

  /** Tries again by itself: 1, 2, 4 … 60 s; a returned network does not wait for it. */
  private later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.pump(), this.pause);
    this.pause = Math.min(this.pause * 2, 60_000);
  }

  /** The network is back: at once. */
  wake() {
    this.pause = 1000;
    void this.pump();
  }

  /** A refused act once more, as it is. */
  async again(id: number) {
    const act = this.acts.value.find((a) => a.id === id);
    if (act) await this.store.put({ ...act, problem: '' });
    await this.pump();
  }

  async drop(id: number) {
    await this.store.remove(id);
    this.refusals.delete(id);
    await this.load();
  }

  stop() {
    clearTimeout(this.timer);
  }
}
