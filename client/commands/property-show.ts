import { compactParcelNumber, parcelPropertyId } from '../../core/ids.js';
import { marketOf } from '../../core/product-settings.js';
import type { Fact, FactValue } from '../../core/schemas/facts.js';
import type { ChosenFact } from '../../core/schemas/property.js';
import { composeProperty } from '../../domain/compose.js';
import { readEnrichments, readProperties } from '../../store/properties.js';
import { readSetting, withDatabase } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { nearest } from '../nearest.js';
import { kindOrderOf } from '../plan-sources.js';
import { theMarket } from '../run-request.js';

/**
 * The facts about a property, each with source, request and hash of the kept answer.
 * @throws CliError (NotFound) when no source has spoken of it, or not of the field
 */
export async function showProperty(
  context: CliContext,
  text: string,
  { field }: { readonly field?: string },
): Promise<number> {
  const propertyId = propertyIdOf(text);
  const { config } = await readSetting(context);
  const known = await withDatabase(config, async (db) => ({
    records: (await readProperties(db, [propertyId])).get(propertyId),
    words: (await readEnrichments(db, [propertyId])).get(propertyId),
  }));
  if (!known.records) {
    const hint = 'phx runs show tells which ZIPs are in; a parcel of another ZIP or day may not be';
    throw new CliError('NotFound', `no source has a record of ${propertyId} in mode ${config.mode}`, hint);
  }
  const { urls, records } = known.records;
  const composed = composeProperty(propertyId, records, kindOrderOf(config));
  const facts = choose(composed.facts, field, propertyId).map((fact) => ({
    ...evidence(fact, urls),
    contradictedBy: fact.contradictedBy.map((other) => evidence(other, urls)),
  }));
  const { zip, parcelNumber, recordIds } = composed;
  const words = known.words
    ? {
        description: known.words.description,
        keyFeatures: known.words.keyFeatures,
        by: known.words.by,
        model: known.words.model,
      }
    : null;
  context.out.data([`${propertyId}  ${zip ?? ''}`.trimEnd(), ...facts.flatMap(factLines)].join('\n'));
  if (words !== null && field === undefined)
    context.out.data(`words by ${words.model ?? words.by}: ${words.description}`);
  context.out.document({ schemaVersion: 1, propertyId, parcelNumber, zip, mode: config.mode, recordIds, facts, words });
  return 0;
}

/** A parcel number in any of its forms, or a property id as it stands. */
export function propertyIdOf(text: string): string {
  const parcelNumber = compactParcelNumber(text);
  const [market] = theMarket();
  if (parcelNumber !== null) return parcelPropertyId(marketOf(market).county, parcelNumber);
  if (/^(listing:[a-z-]+|[a-z]{2}(-[a-z]+)+):\S+$/.test(text)) return text;
  throw new CliError(
    'UsageError',
    `"${text}" is no parcel number and no property id`,
    'a parcel number looks like 103-06-005 or 10306005A, a property id like us-az-maricopa:10306005',
  );
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

function factLines(fact: Evidence & { readonly contradictedBy: readonly Evidence[] }): string[] {
  return [
    `${fact.name} = ${shown(fact.value)}`,
    `  ${evidenceText(fact)}`,
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
