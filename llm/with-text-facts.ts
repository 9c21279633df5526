import type { ComposedProperty, Enrichment } from '../core/schemas/property.js';
import type { TextField } from '../core/schemas/text-facts.js';
import { factOf } from '../domain/property-facts.js';
import { readTextFacts, sourceSays } from '../domain/text-facts.js';
import type { TextReader } from './extract.js';
import type { Enricher, ModelOutcome } from './types.js';

/**
 * Lets an enricher read the remarks with the model besides, for the fields given, where neither a source nor the rules say anything.
 * With no fields it is the enricher itself.
 */
export function withTextFacts(enricher: Enricher, reader: TextReader, fields: readonly TextField[]): Enricher {
  if (fields.length === 0) return enricher;
  return {
    ...enricher,
    async enrich(property, rules, signal, options) {
      const outcome = await enricher.enrich(property, rules, signal, options);
      const open = openFields(property, fields);
      const text = open.length === 0 ? null : factOf(property, 'PublicRemarks')?.value;
      if (typeof text !== 'string') return outcome;
      const reading = await reader.read(property.propertyId, text, open, signal);
      return withReading(outcome, reading);
    },
  };
}

function openFields(property: ComposedProperty, fields: readonly TextField[]): readonly TextField[] {
  const text = factOf(property, 'PublicRemarks')?.value;
  if (typeof text !== 'string') return [];
  const told = new Set(readTextFacts(text).map(({ field }) => field));
  return fields.filter((field) => !told.has(field) && sourceSays(property, field) === null);
}

function withReading(
  outcome: ModelOutcome,
  { facts, tokensUsed, processingMs }: Awaited<ReturnType<TextReader['read']>>,
) {
  const enrichment: Enrichment = {
    ...outcome.enrichment,
    ...(facts.length === 0 ? {} : { textFacts: facts }),
    tokensUsed: outcome.enrichment.tokensUsed + tokensUsed,
    processingMs: outcome.enrichment.processingMs + processingMs,
  };
  return { ...outcome, enrichment };
}
