import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { BadConfig } from '../../core/errors.js';
import { loadPrices } from '../../core/product-settings.js';
import type { CaptchaState, CaptchaTask } from '../../core/schemas/captcha.js';
import type { Window } from '../../core/schemas/collect.js';
import type { SourceName } from '../../core/schemas/names.js';
import { priceOn } from '../../domain/accrual.js';
import { currentBudget } from '../cost/budget-settings.js';
import { accountingDay } from '../cost/entries.js';
import { type BudgetRules, type Refusal, releaseCost, reserveCost, settleCost } from '../cost/reservations.js';

/** `captcha_tasks`: one task that was or may have been paid for. The token itself is never stored. */
export interface CaptchaTaskDocument {
  readonly _id: string;
  /** Id at the service; null as long as it has not told one. */
  readonly taskId: string | null;
  readonly state: CaptchaState;
  readonly source: SourceName;
  readonly siteKey: string;
  /** One-time value of the page that it was bought for; left out: the page had none, and any page may use it. */
  readonly data?: string;
  readonly pageUrl: string;
  /** Who goes on with it alone until `heldUntil`; null: whoever comes next. */
  readonly holder?: string | null;
  readonly heldUntil?: Date | null;
  readonly market: string | null;
  readonly zip: string | null;
  readonly runKey: string | null;
  readonly createdAt: Date;
  /** Time from asking to the solution; null without one. */
  readonly solveMs: number | null;
  /** Of a rejected one: whether the service took the complaint. */
  readonly reported?: boolean;
}

/** A task that is being worked on. */
export interface CaptchaTicket {
  readonly id: string;
  readonly taskId: string;
  readonly createdAtMs: number;
  /** Names who goes on with it. */
  readonly holder: string;
}

/** Millionths of a US dollar. */
export interface CaptchaCaps {
  readonly dayUsdMicros: number;
  readonly monthUsdMicros: number;
}

/** Names the money of a task, held back or booked. */
const costId = (id: string) => `captcha:${id}`;

/** The most that a solution costs, by the price list. */
function expectedPrice(day: string): number {
  const price = priceOn(loadPrices()['captcha-solution'], day);
  if (price === undefined) throw new BadConfig(['config/prices.json has no price of a captcha-solution']);
  return price.usdMicros;
}

/** A token is good for two minutes; a task older than this is not gone on with. */
const USABLE_MS = 180_000;
/** A request for a task ends within 40 s; what is still `creating` after this belongs to a worker that died. */
const CREATING_MS = 60_000;
/** A holder that has not said for so long that it lives is dead. */
const HELD_MS = 15_000;
const heldUntil = () => new Date(Date.now() + HELD_MS);

export type CaptchaLedger = ReturnType<typeof createCaptchaLedger>;

/** Memory of paid tasks: what was bought and not used is gone on with by one who comes next, and is booked once. @param rules tests give their own */
export function createCaptchaLedger(
  db: Db,
  caps: CaptchaCaps,
  rules: () => Promise<BudgetRules> = () => currentBudget(db),
) {
  const tasks = db.collection<CaptchaTaskDocument>('captcha_tasks');
  const set = async (id: string, from: readonly CaptchaState[], change: Partial<CaptchaTaskDocument>) =>
    (await tasks.updateOne({ _id: id, state: { $in: [...from] } }, { $set: change })).modifiedCount === 1;
  const book = async ({ _id }: CaptchaTaskDocument, costUsdMicros: number | null) =>
    settleCost(db, costId(_id), costUsdMicros, await rules());
  const giveUp = async (task: CaptchaTaskDocument, state: 'expired' | 'lost') => {
    await book(task, null);
    await set(task._id, ['creating', 'open'], { state });
  };
  /** Closes what nobody works on any more, at the expected price. */
  const sweep = async (source: SourceName) => {
    const open = await tasks.find({ source, state: { $in: ['creating', 'open'] } }).toArray();
    const now = Date.now();
    for (const task of open) {
      const ageMs = now - task.createdAt.getTime();
      if (task.state === 'creating' && ageMs > CREATING_MS) await giveUp(task, 'lost');
      if (task.state === 'open' && ageMs > USABLE_MS) await giveUp(task, 'expired');
    }
  };
  return {
    /**
     * Takes up a paid task of the same captcha that nobody works on and nobody has used; of many who ask at one time one gets it.
     * @returns null without one; `held` when the only one was bought for the same page of the same run, and is still being worked on:
     * that page is asked for anew because its worker is dead or late, so that it is waited for and not bought again
     */
    async claim(
      { source, challenge: { siteKey, data }, pageUrl }: CaptchaTask,
      window: Window | null,
    ): Promise<CaptchaTicket | 'held' | null> {
      await sweep(source);
      const holder = randomUUID();
      const open = { source, siteKey, state: 'open', data: data ?? { $exists: false } } as const;
      const found = await tasks.findOneAndUpdate(
        { ...open, $or: [{ heldUntil: null }, { heldUntil: { $lt: new Date() } }] },
        { $set: { holder, heldUntil: heldUntil() } },
        { sort: { createdAt: 1, _id: 1 }, returnDocument: 'after' },
      );
      if (found?.taskId) return { id: found._id, taskId: found.taskId, createdAtMs: found.createdAt.getTime(), holder };
      const own = window && (await tasks.findOne({ ...open, pageUrl, runKey: window.runKey }));
      return own === null ? null : 'held';
    },
    /** Says that its holder lives. @returns false when the task is no longer that holder's */
    async holds({ id, holder }: CaptchaTicket): Promise<boolean> {
      const { matchedCount } = await tasks.updateOne(
        { _id: id, state: 'open', holder },
        { $set: { heldUntil: heldUntil() } },
      );
      return matchedCount === 1;
    },
    /** Leaves a task that was not used to whoever comes next. A repeat changes nothing. */
    async giveBack({ id, holder }: CaptchaTicket): Promise<void> {
      await tasks.updateOne({ _id: id, state: 'open', holder }, { $set: { holder: null, heldUntil: null } });
    },
    /**
     * Holds back the price of a task that is about to be bought.
     * @returns id of the reservation, or why nothing may be bought
     */
    async reserve({ source, challenge, pageUrl }: CaptchaTask, window: Window | null): Promise<string | Refusal> {
      const _id = randomUUID();
      const createdAt = new Date();
      const where = {
        source,
        market: window?.market ?? null,
        zip: window?.zip ?? null,
        runKey: window?.runKey ?? null,
      };
      const expectedUsdMicros = expectedPrice(accountingDay(createdAt.getTime()));
      const call = { id: costId(_id), line: 'captcha', item: 'captcha-solution', expectedUsdMicros, ...where } as const;
      const refusal = await reserveCost(db, call, await rules(), [
        { over: 'day', capUsdMicros: caps.dayUsdMicros },
        { over: 'month', capUsdMicros: caps.monthUsdMicros },
      ]);
      if (refusal !== null) return refusal;
      const { siteKey, data } = challenge;
      const task = { _id, taskId: null, state: 'creating', siteKey, pageUrl, solveMs: null, createdAt } as const;
      await tasks
        .insertOne({ ...task, ...where, ...(data === null ? {} : { data }) })
        .catch(async (problem: unknown) => {
          // Nothing was asked for yet. Where this fails too, it counts as a call of a worker that died.
          await releaseCost(db, call.id).catch(() => undefined);
          throw problem;
        });
      return _id;
    },
    /** Keeps the id of a task, before anybody waits for it. */
    async created(id: string, taskId: string): Promise<CaptchaTicket> {
      const holder = randomUUID();
      await set(id, ['creating'], { taskId, state: 'open', holder, heldUntil: heldUntil() });
      return { id, taskId, createdAtMs: Date.now(), holder };
    },
    /** Nothing was bought: the reservation ends. */
    async notBought(id: string): Promise<void> {
      await tasks.deleteOne({ _id: id, state: 'creating' });
      await releaseCost(db, costId(id));
    },
    /** Whether it was bought is not known: it is booked at the expected price. */
    async lost(id: string): Promise<void> {
      const task = await tasks.findOne({ _id: id });
      if (task) await giveUp(task, 'lost');
    },
    /** Books what a solution cost; null: the service names no price. A repeat books nothing. */
    async solved({ id }: CaptchaTicket, costUsdMicros: number | null): Promise<void> {
      const task = await tasks.findOne({ _id: id });
      if (!task) return;
      await book(task, costUsdMicros);
      await tasks.updateOne({ _id: id, solveMs: null }, { $set: { solveMs: Date.now() - task.createdAt.getTime() } });
    },
    /** Takes the token of a task, once for all workers. @returns false when another one goes on with it, or the task has ended */
    async take({ id, holder }: CaptchaTicket): Promise<boolean> {
      return (
        (await tasks.updateOne({ _id: id, state: 'open', holder }, { $set: { state: 'used' } })).modifiedCount === 1
      );
    },
    /** Notes how a task ended that nobody could solve, or that came too late; the last at the expected price. */
    async unsolved({ id }: CaptchaTicket, state: 'unsolvable' | 'expired'): Promise<void> {
      const task = state === 'expired' ? await tasks.findOne({ _id: id }) : null;
      if (task) await giveUp(task, 'expired');
      else if (await set(id, ['open'], { state })) await releaseCost(db, costId(id));
    },
    /** Notes what the site made of a token. */
    async judged(
      { id }: CaptchaTicket,
      verdict: { readonly accepted: boolean; readonly reported?: boolean },
    ): Promise<void> {
      const { accepted, reported } = verdict;
      const state = accepted ? 'accepted' : 'rejected';
      await set(id, ['used'], reported === undefined ? { state } : { state, reported });
    },
  };
}
