import type { TextFact, TextField } from '../../core/schemas/text-facts.js';
import { mergeTextFacts, readTextFacts } from '../../domain/text-facts.js';
import type { ModelReading, TextReader } from '../extract.js';
import { type Figures, type Reading, scoreReadings } from './score.js';
import type { EvaluationSet, LabelledText } from './sets.js';

/** What a way of reading made of a set, and how long it took. */
export interface Measured {
  readonly figures: Figures;
  /** Figures by group: styles, or the halves of the set written by hand. */
  readonly groups: Readonly<Record<string, Figures>>;
  readonly propertiesPerHour: number;
}

/** What the model alone did. */
export interface ModelEffort {
  readonly asked: number;
  readonly answered: number;
  /** Facts whose words stood in the text and could carry them. */
  readonly kept: number;
  /** Of the answers other than `unknown`; null without one. */
  readonly groundedShare: number | null;
  readonly tokensUsed: number;
}

/** Reads a set by rules alone. */
export function measureRules({ listings }: EvaluationSet): Measured {
  const startedAt = performance.now();
  const readings = listings.map((listing) => ({ listing, facts: readTextFacts(listing.text) }));
  return measured(readings, performance.now() - startedAt);
}

/** What the model said of each listing, by field: asked of all fields that the rules leave open, each by itself. */
export type ModelReadings = ReadonlyMap<string, ReadonlyMap<TextField, ModelReading>>;

/** Asks the model about everything that the rules leave open in a set. @throws as `TextReader.read` */
export async function askModelAbout(
  { listings }: EvaluationSet,
  reader: TextReader,
  fields: readonly TextField[],
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<ModelReadings> {
  const all = new Map<string, ReadonlyMap<TextField, ModelReading>>();
  for (const { id, text } of listings) {
    const told = new Set(readTextFacts(text).map(({ field }) => field));
    const own = new Map<TextField, ModelReading>();
    for (const field of fields.filter((name) => !told.has(name)))
      own.set(field, await reader.read(`evaluation:${id}`, text, [field], signal));
    all.set(id, own);
    progress(all.size);
  }
  return all;
}

/** Rules and what the model said of some fields, put together as in a run. The time is that of the questions about these fields. */
export function measureBoth(set: EvaluationSet, said: ModelReadings, fields: readonly TextField[]): Measured {
  const startedAt = performance.now();
  const readings = set.listings.map((listing) => ({ listing, facts: bothOf(listing, said, fields) }));
  const asked = fields.flatMap((field) => [...said.values()].flatMap((own) => own.get(field) ?? []));
  return measured(
    readings,
    performance.now() - startedAt + asked.reduce((sum, { processingMs }) => sum + processingMs, 0),
  );
}

/** Sums of what the model did. */
export function effortOf(said: ModelReadings): ModelEffort {
  const all = [...said.values()].flatMap((own) => [...own.values()]);
  const sum = (count: (reading: ModelReading) => number) => all.reduce((total, reading) => total + count(reading), 0);
  const [answered, kept] = [sum((reading) => reading.answered), sum(({ facts }) => facts.length)];
  const groundedShare = answered === 0 ? null : Math.round((kept / answered) * 1_000) / 1_000;
  return {
    asked: sum(({ asked }) => asked),
    answered,
    kept,
    groundedShare,
    tokensUsed: sum(({ tokensUsed }) => tokensUsed),
  };
}

function bothOf({ id, text }: LabelledText, said: ModelReadings, fields: readonly TextField[]): readonly TextFact[] {
  const byModel = fields.flatMap((field) => said.get(id)?.get(field)?.facts ?? []);
  return mergeTextFacts(text, readTextFacts(text), byModel);
}

function measured(readings: readonly Reading[], milliseconds: number): Measured {
  const names = [...new Set(readings.map(({ listing }) => listing.group))];
  const groups = names.map((name) => [name, scoreReadings(readings.filter(({ listing }) => listing.group === name))]);
  return {
    figures: scoreReadings(readings),
    groups: Object.fromEntries(groups),
    propertiesPerHour: Math.round((readings.length / Math.max(milliseconds, 0.001)) * 3_600_000),
  };
}
