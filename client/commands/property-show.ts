import type { Db } from 'mongodb';
import type { Config } from '../../core/config.js';
import type { Estimate, Estimates } from '../../core/schemas/estimates.js';
import type { Fact, FactValue } from '../../core/schemas/facts.js';
import type { ChosenFact, StoredRecord } from '../../core/schemas/property.js';
import type { AsOf } from '../../domain/as-of.js';
import { composeProperty } from '../../domain/compose.js';
import type { TextFactRow } from '../../domain/document-shape.js';
import { judgeProperty } from '../../domain/quality/judge.js';
import type { EnrichmentDocument } from '../../store/documents.js';
import { propertyAsOf } from '../../store/history.js';
import { readEnrichments, readProperties, readWorkedOut } from '../../store/properties.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { nearest } from '../nearest.js';
import { kindOrderOf } from '../plan-sources.js';
import { findProperty, type PropertyName, readPropertyName } from '../property-name.js';
import { Faults, theMarket } from '../run-request.js';
import { readAsOf } from '../source-request.js';

export interface PropertyShowFlags {
  readonly field?: string;
  readonly asOf?: string;
  readonly knownAt?: string;
}

/** What is known of a property at one time. */
interface Known {
  readonly propertyId: string;
  readonly records: readonly StoredRecord[];
  readonly urls: Readonly<Record<string, string>>;
  /** Null for a look back: words are of today. */
  readonly words: EnrichmentDocument | null;
  /** Null for a look back, and before they were worked out. */
  readonly estimates: Estimates | null;
  /** Empty for a look back. */
  readonly textFacts: readonly TextFactRow[];
  /** Records that their source did not name any more, and since when. */
  readonly gone: readonly { readonly recordId: string; readonly since: string }[];
}

/**
 * The facts about a property, each with source, request and hash of the kept answer; today, or as of a moment.
 * @throws CliError (NotFound) when no source has spoken of it, or not of the field
 */
export async function showProperty(context: CliContext, text: string, flags: PropertyShowFlags): Promise<number> {
  const asOf = readMoments(flags);
  const name = readPropertyName(text);
  const { config } = await readSetting(context);
  const { propertyId, records, urls, words, estimates, textFacts, gone } = await withDatabase(config, (db) =>
    lookUp(db, config, name, asOf),
  );
  if (records.length === 0) {
    const hint = 'phx runs show tells which ZIPs are in; a parcel of another ZIP or day may not be';
    throw new CliError('NotFound', `no source has a record of ${propertyId} in mode ${config.mode}`, hint);
  }
  const composed = composeProperty(propertyId, records, kindOrderOf(config));
  const { withheld } = judgeProperty(propertyId, records, kindOrderOf(config));
  const facts = choose(composed.facts, flags.field, propertyId).map((fact) => ({
    ...evidence(fact, urls),
    notShown: withheld.find((one) => one.fact.rawRef === fact.rawRef && one.fact.path === fact.path)?.reason ?? null,
    contradictedBy: fact.contradictedBy.map((other) => evidence(other, urls)),
  }));
  const { zip, parcelNumber, recordIds } = composed;
  const moment = asOf === null ? {} : { asOf: asOfDocument(asOf), gone };
  context.out.data(
    [
      `${propertyId}  ${zip ?? ''}`.trimEnd(),
      ...gone.map(({ recordId, since }) => `${recordId} had gone by then, since ${since}`),
      ...facts.flatMap(factLines),
    ].join('\n'),
  );
  const shownWords = words === null ? null : wordsOf(words);
  if (shownWords !== null && flags.field === undefined) {
    context.out.data(`words by ${shownWords.model ?? shownWords.by}: ${shownWords.description}`);
  }
  const shownTexts = flags.field === undefined ? textFacts : [];
  if (shownTexts.length > 0) context.out.data(shownTexts.flatMap(textFactLines).join('\n'));
  const shownEstimates = flags.field === undefined ? estimates : null;
  if (shownEstimates !== null) context.out.data(Object.entries(shownEstimates).flatMap(estimateLines).join('\n'));
  const { mode } = config;
  const head = { schemaVersion: 1, propertyId, parcelNumber, zip, mode, ...moment };
  context.out.document({
    ...head,
    recordIds,
    facts,
    words: shownWords,
    textFacts: shownTexts,
    estimates: shownEstimates,
  });
  return 0;
}

function readMoments({ asOf, knownAt }: PropertyShowFlags): AsOf | null {
  const faults = new Faults();
  const [, market] = theMarket();
  const valid = readAsOf('--as-of', asOf, market, faults);
  const known = readAsOf('--known-at', knownAt, market, faults);
  faults.throwAny('phx property show --help shows an example');
  if (valid === null && known === null) return null;
  return { validMs: valid?.getTime() ?? null, knownMs: known?.getTime() ?? null };
}

async function lookUp(db: Db, config: Config, name: PropertyName, asOf: AsOf | null): Promise<Known> {
  const propertyId = await findProperty(db, config, name);
  if (asOf === null) {
    const found = (await readProperties(db, [propertyId])).get(propertyId);
    const words = (await readEnrichments(db, [propertyId])).get(propertyId) ?? null;
    const worked = await readWorkedOut(db, propertyId);
    return { propertyId, records: found?.records ?? [], urls: found?.urls ?? {}, words, ...worked, gone: [] };
  }
  const then = await propertyAsOf(db, propertyId, asOf);
  return {
    propertyId,
    records: then.map(({ record }) => record),
    urls: Object.fromEntries(then.flatMap(({ urls }) => Object.entries(urls))),
    words: null,
    estimates: null,
    textFacts: [],
    gone: then.flatMap(({ record, goneSince }) =>
      goneSince === null ? [] : [{ recordId: record.recordId, since: goneSince.toISOString() }],
    ),
  };
}

function wordsOf({ description, keyFeatures, by, model }: EnrichmentDocument) {
  return { description, keyFeatures, by, model };
}

/** What a text says, in its own words, and how sure that is. */
function textFactLines({ field, value, confidence, by, span, source, source_says }: TextFactRow): readonly string[] {
  const other = source_says === null ? '' : `; a source states ${shown(source_says)}`;
  return [
    `${field} = ${value}`,
    `  "${span.quote}" in the remarks of ${source}, by ${by}, confidence ${confidence}${other}`,
  ];
}

/** An estimate with its formula and every input, or why there is none. */
function estimateLines([name, { value, reason, formula, inputs }]: readonly [string, Estimate]): readonly string[] {
  return [
    `${name} = ${value ?? `none: ${reason}`}`,
    `  by ${formula}: ${inputs.map((one) => `${one.name} ${one.value ?? 'not stated'} (${[one.from, one.asOf].filter(Boolean).join(', ')})`).join('; ')}`,
  ];
}

function asOfDocument({ validMs, knownMs }: AsOf) {
  const shown = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  return { valid: shown(validMs), known: shown(knownMs) };
}

function choose(facts: readonly ChosenFact[], field: string | undefined, propertyId: string): readonly ChosenFact[] {
  if (field === undefined) return facts;
  const chosen = facts.filter(({ name }) => name.toLowerCase() === field.toLowerCase());
  if (chosen.length > 0) return chosen;
  const like = nearest(
    field,
    facts.map(({ name }) => name),
  );
  const hint = like === null ? null : `did you mean ${like}?`;
  throw new CliError('NotFound', `no source states ${field} of ${propertyId}`, hint);
}

function evidence(fact: Fact, urls: Readonly<Record<string, string>>) {
  const { name, value, source, kind, path, rawRef, fetchId, fetchedAt } = fact;
  return { name, value, source, kind, path, request: { url: urls[fetchId] ?? null, fetchedAt, fetchId }, rawRef };
}

type Evidence = ReturnType<typeof evidence>;

function factLines(
  fact: Evidence & { readonly notShown: string | null; readonly contradictedBy: readonly Evidence[] },
): string[] {
  return [
    `${fact.name} = ${shown(fact.value)}`,
    `  ${evidenceText(fact)}`,
    ...(fact.notShown === null ? [] : [`  not shown to readers: ${fact.notShown}`]),
    ...fact.contradictedBy.map((other) => `  contradicted: ${shown(other.value)}, ${evidenceText(other)}`),
  ];
}

function evidenceText({ source, path, request, rawRef }: Evidence): string {
  const { url, fetchedAt, fetchId } = request;
  return `${source}, ${path}, ${url ?? 'address unknown'} at ${fetchedAt} (request ${fetchId}), sha256 ${rawRef}`;
}

function shown(value: FactValue): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}
