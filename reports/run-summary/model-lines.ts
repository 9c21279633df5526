import type { LlmSummary } from '../../core/schemas/run.js';
import { formatCount, plural } from '../format.js';

/** What the model did, in sentences. The first says whether there was one. */
export function modelLines(llm: LlmSummary): string[] {
  return [workLine(llm), rulesLine(llm), failedLine(llm)].filter((line) => line !== null);
}

function workLine({ model, reason, calls, cached, tokens }: LlmSummary): string {
  if (model === null) return `No model: ${reason ?? 'no reason was given'}.`;
  const used = `${plural(calls, 'call')}, ${plural(cached, 'answer')} from the cache, ${plural(tokens, 'token')}`;
  return calls === 0 ? `${model} was not called: ${used}.` : `${model}: ${used}.`;
}

function rulesLine({ ruleOnly, pending }: LlmSummary): string {
  if (ruleOnly === 0) return 'Every property of the run has words of the model.';
  const wait =
    pending === 0 ? 'none of them waits for the model' : `${formatCount(pending)} of them pending for the model`;
  return `${plural(ruleOnly, 'property', 'properties')} described by rules alone, ${wait}.`;
}

function failedLine({ failed }: LlmSummary): string | null {
  if (failed === 0) return null;
  return `${plural(failed, 'property', 'properties')} got no usable answer and keep the words of the rules.`;
}
