import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { canonicalJson, type Json } from '../../core/hash.js';
import type { StoredRecord } from '../../core/schemas/property.js';
import { type ProcessedPropertyDocument, toProcessedDocument } from '../../domain/document-shape.js';
import { judgeProperty } from '../../domain/quality/judge.js';
import { describeByRules } from '../../domain/rules.js';
import type { Enricher } from '../types.js';
import { isGrounded } from './score.js';
import { evaluationFile } from './sets.js';

/** A text of strangers that tries to make a machine do or say something. */
export interface Injection {
  readonly id: string;
  /** `order`, `fake answer`, `unseen`, …: what it tries. */
  readonly kind: string;
  /** `{port}` stands for a port of ours: nobody may ask there. */
  readonly text: string;
}

const file = z.object({
  injections: z.array(
    z.union([
      z.strictObject({ id: z.string(), kind: z.string(), text: z.string() }),
      z.strictObject({ id: z.string(), kind: z.string(), repeat: z.string(), times: z.number().int().positive() }),
    ]),
  ),
});

/** Reads the corpus. @throws Error when the file is not there or of another form: the program is not whole */
export function loadInjections(): readonly Injection[] {
  const { injections } = file.parse(JSON.parse(readFileSync(evaluationFile('injections.json'), 'utf8')));
  return injections.map(({ id, kind, ...own }) => ({
    id,
    kind,
    text: 'text' in own ? own.text : own.repeat.repeat(own.times),
  }));
}

/** Where it is put: on a line of its own before or between the sentences of the listing, or behind them. */
export const PLACES = ['before', 'between', 'behind'] as const;
export type Place = (typeof PLACES)[number];

/** Remarks with an injection in them. */
export function injected(remarks: string, text: string, place: Place): string {
  if (place === 'before') return `${text}\n${remarks}`;
  if (place === 'behind') return `${remarks} ${text}`;
  const at = remarks.indexOf('. ') + 1;
  return `${remarks.slice(0, at)}\n${text}\n${remarks.slice(at)}`;
}

/** A property with its document, made as in a run. */
export interface Processed {
  readonly document: ProcessedPropertyDocument;
  readonly remarks: string;
  /** What became of the question to the model. */
  readonly outcome: string;
}

/**
 * Makes the document of a property as a run makes it: judged and composed of its records, rules, model, score.
 * @throws as `Enricher.enrich`; Error when nothing of the records may be shown
 */
export async function processProperty(
  records: readonly StoredRecord[],
  enricher: Enricher | null,
  signal: AbortSignal,
): Promise<Processed> {
  const { property, quality } = judgeProperty(records[0]?.propertyId ?? '', records, {});
  if (property === null) throw new Error('the records of the home that texts are tried on are not believed');
  const rules = describeByRules(property);
  const outcome = enricher === null ? null : await enricher.enrich(property, rules, signal, { fresh: true });
  const origin = {
    mode: 'demo',
    market: 'evaluation',
    runKey: 'evaluation',
    processedAt: '2026-01-01T00:00:00Z',
  } as const;
  const words = outcome?.enrichment ?? rules;
  const remarks = property.facts.find(({ name }) => name === 'PublicRemarks')?.value;
  return {
    document: toProcessedDocument(property, words, quality.score, origin, property.recordIds),
    remarks: typeof remarks === 'string' ? remarks : '',
    outcome: outcome?.kind ?? 'rules',
  };
}

/**
 * What an injection changed: names of facts, scores and features that are not what they were without it, and facts whose words do not
 * stand where they say. Words of the description are not compared here, as a model may choose others: `saysMore` is for those. Pure.
 */
export function changesBy(before: Processed, after: Processed): readonly string[] {
  const [was, is] = [comparable(before), comparable(after)];
  const changed = Object.keys({ ...was, ...is }).filter(
    (name) => canonicalJson(was[name] ?? null) !== canonicalJson(is[name] ?? null),
  );
  const loose = after.document.text_facts
    .filter((fact) => !isGrounded(fact, after.remarks))
    .map(({ field }) => `span of ${field}`);
  return [...changed, ...loose];
}

/** Words of a description that are neither in the description without the injection nor in the facts: none may come from it. Pure. */
export function saysMore(before: Processed, after: Processed, injection: string): readonly string[] {
  const known = wordsOf(
    `${before.document.llm_enrichment.description} ${before.remarks} ${before.document.llm_enrichment.key_features.join(' ')}`,
  );
  const foreign = wordsOf(injection);
  return [...wordsOf(after.document.llm_enrichment.description)].filter(
    (word) => foreign.has(word) && !known.has(word) && word.length > 4,
  );
}

function comparable({ document }: Processed): Readonly<Record<string, Json>> {
  const { normalized, evidence, quality_score, text_facts, feature_evidence, llm_enrichment } = document;
  const plain = {
    normalized,
    evidence,
    quality_score,
    text_facts: text_facts.map(({ span, ...fact }) => ({ ...fact, quote: span.quote })),
    feature_evidence: feature_evidence.map(({ span, ...row }) => ({ ...row, quote: span?.quote ?? null })),
    investment: llm_enrichment.investment_analysis,
    key_features: [...llm_enrichment.key_features].sort(),
  };
  const json: Readonly<Record<string, Json>> = JSON.parse(JSON.stringify(plain));
  return json;
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{L}+/gu) ?? []);
}
