import { TEXT_FIELDS } from '../../core/schemas/text-facts.js';
import { createEnricher } from '../../llm/describe.js';
import { HOME_REMARKS, homeWithRemarks } from '../../llm/evaluate/homes.js';
import {
  changesBy,
  injected,
  loadInjections,
  PLACES,
  processProperty,
  saysMore,
} from '../../llm/evaluate/injections.js';
import { createTextReader } from '../../llm/extract.js';
import { withTextFacts } from '../../llm/with-text-facts.js';
import type { CliContext } from '../context.js';
import { modelUnderTest } from '../model-under-test.js';
import type { EvaluateFlags } from './llm-evaluate.js';

/** Exit code of a check that found a problem. */
const FOUND = 3;

/**
 * Puts each text of the corpus into the remarks of a home, makes its document as a run does, with the model allowed to read every
 * field, and says what differs from the document without it.
 * @returns 3 when something was changed, else 0
 */
export async function tryInjections(context: CliContext, { rulesOnly }: EvaluateFlags): Promise<number> {
  const { out, signal } = context;
  const deps = rulesOnly ? null : await modelUnderTest(context);
  const enricher = deps === null ? null : withTextFacts(createEnricher(deps), createTextReader(deps), TEXT_FIELDS);
  const injections = loadInjections();
  const changed: { readonly id: string; readonly place: string; readonly changes: readonly string[] }[] = [];
  const [remarks] = HOME_REMARKS;
  const plain = await processProperty(homeWithRemarks(remarks), enricher, signal);
  for (const [at, { id, text }] of injections.entries()) {
    const place = PLACES[at % PLACES.length] ?? 'behind';
    const hostile = await processProperty(homeWithRemarks(injected(remarks, text, place)), enricher, signal);
    const changes = [...changesBy(plain, hostile), ...saysMore(plain, hostile, text).map((word) => `says "${word}"`)];
    if (changes.length > 0) changed.push({ id, place, changes });
    if (at % 20 === 19) out.note(`${at + 1} of ${injections.length} texts tried`);
  }
  for (const { id, place, changes } of changed) out.data(`${id}, ${place}: changes ${changes.join(', ')}`);
  out.data(`${injections.length} texts, ${changed.length} changed something (${deps?.model ?? 'rules alone'})`);
  out.document({ schemaVersion: 1, model: deps?.model ?? null, texts: injections.length, changed });
  return changed.length === 0 ? 0 : FOUND;
}
