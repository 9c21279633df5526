import type { Db } from 'mongodb';
import { Frozen } from '../core/errors.js';
import type { Emergency, Ramp } from '../core/schemas/pace.js';
import { percentAt } from '../domain/ramp.js';
import { type DecisionDocument, decide, EVERYTHING, latestDecision } from './decisions.js';

type Words = Pick<DecisionDocument, 'by' | 'reference'>;
const ABOUT = { kind: 'freeze', subject: EVERYTHING } as const;

/** Freezes everything, until `thaw`: the next request and the next step of every worker meet it. */
export function freeze(db: Db, words: Words): Promise<DecisionDocument> {
  return decide(db, { ...ABOUT, granted: true, ...words });
}

/** Lets everything go on. @param ramp null: at the full pace at once */
export function thaw(db: Db, words: Words, ramp: Ramp | null): Promise<DecisionDocument> {
  return decide(db, { ...ABOUT, granted: false, ...words, ...(ramp === null ? {} : { ramp }) });
}

/** What holds now for all requests. One query. */
export async function readEmergency(db: Db): Promise<Emergency> {
  const latest = await latestDecision(db, ABOUT.kind, ABOUT.subject);
  if (latest === null) return { frozen: null, percent: 100 };
  if (latest.granted) return { frozen: freezeSentence(latest), percent: 0 };
  const { ramp, at } = latest;
  return { frozen: null, percent: ramp === undefined ? 100 : percentAt(ramp, Date.now() - at.getTime()) };
}

/** What a step meets that would begin while everything is frozen; null when it may begin. */
export async function frozenError(db: Db): Promise<Frozen | null> {
  const { frozen } = await readEmergency(db);
  return frozen === null ? null : new Frozen(frozen);
}

/** Freezes that held at some moment between two, a sentence each, and the steps that follow the last one. */
export async function freezesBetween(db: Db, from: Date, to: Date): Promise<readonly string[]> {
  const decisions = await db.collection<DecisionDocument>('decisions').find(ABOUT).sort({ at: 1, _id: 1 }).toArray();
  const sentences = decisions.flatMap((decision, at) => {
    const next = decisions[at + 1];
    if (!decision.granted || decision.at > to || (next !== undefined && next.at < from)) return [];
    if (next === undefined || next.at > to) return [freezeSentence(decision)];
    const { by, reference } = decision;
    return [
      `everything was frozen from ${decision.at.toISOString()} to ${next.at.toISOString()} by ${by}: ${reference}`,
    ];
  });
  const { frozen, percent } = await readEmergency(db);
  return frozen === null && percent < 100 ? [...sentences, rampSentence(percent)] : sentences;
}

/** From when to when everything was frozen, the oldest first; `to` null: it still is. */
export async function frozenTimes(db: Db): Promise<readonly { readonly from: Date; readonly to: Date | null }[]> {
  const decisions = await db.collection<DecisionDocument>('decisions').find(ABOUT).sort({ at: 1, _id: 1 }).toArray();
  return decisions.flatMap(({ granted, at }, index) =>
    granted ? [{ from: at, to: decisions[index + 1]?.at ?? null }] : [],
  );
}

/** The steps after a freeze, as an operator reads them. */
export function rampSentence(percent: number): string {
  return `the pace comes back in steps: now at most ${percent} % of each limit`;
}

function freezeSentence({ by, reference, at }: DecisionDocument): string {
  return `everything is frozen by ${by} since ${at.toISOString()}: ${reference}; phx emergency resume lets it go on`;
}
