import { randomUUID } from 'node:crypto';
import type { Db } from 'mongodb';
import { BadConfig } from '../core/errors.js';
import { loadPrices } from '../core/product-settings.js';
import type { CaptchaState, CaptchaTask } from '../core/schemas/captcha.js';
import type { Window } from '../core/schemas/collect.js';
import type { SourceName } from '../core/schemas/names.js';
import { priceOn } from '../domain/accrual.js';
import { currentBudget } from './budget-settings.js';
import { accountingDay } from './cost-entries.js';
import { type BudgetRules, type Refusal, releaseCost, reserveCost, settleCost } from './reservations.js';

/** `captcha_tasks`: one task that was or may have been paid for. The token itself is never stored. */
export interface CaptchaTaskDocument {
  readonly _id: string;
  /** Id at the service; null as long as it has not told one. */
  readonly taskId: string | null;
  readonly state: CaptchaState;
  readonly source: SourceName;
  readonly siteKey: string;
  readonly pageUrl: string;
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

export type CaptchaLedger = ReturnType<typeof createCaptchaLedger>;

/** Memory of paid tasks: what was bought is used by whoever comes next, and is booked once. @param rules tests give their own */
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
    /** The paid task of the same captcha that nobody has used yet; null without one. Any worker may go on with it. */
    async openTask({ source, challenge }: CaptchaTask): Promise<CaptchaTicket | null> {
      await sweep(source);
      const found = await tasks.findOne(
        { source, siteKey: challenge.siteKey, state: 'open' },
        { sort: { createdAt: 1, _id: 1 } },
      );
      return found?.taskId ? { id: found._id, taskId: found.taskId, createdAtMs: found.createdAt.getTime() } : null;
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
      const { siteKey } = challenge;
      const task = { _id, taskId: null, state: 'creating', siteKey, pageUrl, solveMs: null, createdAt } as const;
      await tasks.insertOne({ ...task, ...where });
      return _id;
    },
    /** Keeps the id of a task, before anybody waits for it. */
    async created(id: string, taskId: string): Promise<CaptchaTicket> {
      await set(id, ['creating'], { taskId, state: 'open' });
      return { id, taskId, createdAtMs: Date.now() };
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
    /** Takes the token of a task, once for all workers. @returns false when another one has it, or the task has ended */
    take: ({ id }: CaptchaTicket): Promise<boolean> => set(id, ['open'], { state: 'used' }),
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
