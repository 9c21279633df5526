import { canonicalJson, sha256 } from '../core/hash.js';
import type { ComposedProperty, Enrichment } from '../core/schemas/property.js';
import { joinSentences, MAX_KEY_FEATURES, ruleSentences } from '../domain/rules.js';
import { answerFormat, readAnswer } from './answer.js';
import { groundDescription } from './grounding.js';
import { askModel, isTimeout, type ModelAnswer } from './ollama-client.js';
import type { ModelPatience } from './patience.js';
import { type DescribeInput, describeInput } from './prompt-input.js';
import { askDescription, askRepair, loadDescribePrompt, type Prompt, type Turn } from './prompts.js';
import type { CachedAnswer, Enricher, EnrichOptions, LlmCache, LlmCall, LlmOutcome, ModelOutcome } from './types.js';

export interface EnricherDeps {
  readonly host: string;
  readonly model: string;
  /** Most output tokens for a property, the repair included. */
  readonly maxOutputTokens: number;
  /** For one request, where no patience is given. */
  readonly timeoutMs: number;
  /** Learns from answers how long to wait for the next. */
  readonly patience?: ModelPatience;
  readonly cache: LlmCache;
  /** Keeps a row for each request. Called before the outcome is given, and before an error is raised. */
  readonly book: (call: LlmCall) => Promise<void>;
}

/** The first answer may take this share of the tokens, so that a repair has room. */
const FIRST_SHARE = 0.65;
/** With less than this no answer of the form fits. */
const FEWEST_TOKENS = 30;
/** First the likeliest words, so that the same question gives the same answer; then other words. */
const ATTEMPTS = [
  { attempt: 1, temperature: 0, seed: 1 },
  { attempt: 2, temperature: 0.6, seed: 2 },
] as const;

interface Task {
  readonly deps: EnricherDeps;
  readonly prompt: Prompt;
  readonly propertyId: string;
  readonly input: DescribeInput;
  readonly cacheKey: string;
}
type Judged =
  | { readonly status: 'good'; readonly text: string; readonly chosen: readonly number[] }
  | { readonly status: 'bad'; readonly reason: string };
type Tried = Judged & { readonly tokens: number; readonly outputTokens: number; readonly milliseconds: number };

/**
 * Makes the enricher of a worker; reads its prompt once. The model writes words only: it names and chooses features that rules found
 * with evidence, its text stands between the sentences that code writes from facts, and no fact is ever changed. An answer that
 * says what no fact says is refused; after one repair try the rules' words stay.
 */
export function createEnricher(deps: EnricherDeps): Enricher {
  const prompt = loadDescribePrompt(deps.model);
  return {
    model: deps.model,
    promptVersion: prompt.version,
    async enrich(property, rules, signal, options: EnrichOptions = {}) {
      const input = describeInput(property);
      if (input.choices.length === 0)
        return { kind: 'skipped', reason: 'no feature to write about', enrichment: rules };
      const task = { deps, prompt, propertyId: property.propertyId, input, cacheKey: keyOf(deps, prompt, input) };
      const known = options.fresh ? null : await deps.cache.get(task.cacheKey);
      const answer = known ?? (await ask(task, signal));
      if (known === null) await deps.cache.put(task.cacheKey, answer);
      return outcomeOf(property, rules, task, answer, known !== null);
    },
  };
}

/** A kept answer is checked again: two properties may share a question and still differ in what may be said. */
function outcomeOf(
  property: ComposedProperty,
  rules: Enrichment,
  task: Task,
  answer: CachedAnswer,
  cached: boolean,
): ModelOutcome {
  const grounded = answer.status === 'words' ? groundDescription(answer.text, task.input) : answer;
  const { tokensUsed, processingMs } = answer;
  const spent = { model: task.deps.model, promptVersion: task.prompt.version, tokensUsed, processingMs };
  if (answer.status === 'words' && grounded.status === 'grounded') {
    const words = place(property, task.input, grounded.description, answer.chosen);
    return { kind: 'words', enrichment: { ...words, ...spent, by: 'model' }, cached };
  }
  const reason = grounded.status === 'refused' ? grounded.reason : 'no answer';
  return { kind: 'invalid', reason, enrichment: { ...rules, ...spent, by: 'model-failed' }, cached };
}

/** Asks, and asks once more when the first answer is of no use and tokens are left. */
async function ask(task: Task, signal: AbortSignal): Promise<CachedAnswer> {
  const { deps, prompt, input } = task;
  let reason = 'no answer';
  let [tokensUsed, outputTokens, processingMs] = [0, 0, 0];
  for (const how of ATTEMPTS) {
    const left = deps.maxOutputTokens - outputTokens;
    const most = how.attempt === 1 ? Math.ceil(left * FIRST_SHARE) : left;
    if (most < FEWEST_TOKENS) break;
    const turns = how.attempt === 1 ? askDescription(prompt, input) : askRepair(prompt, input, reason);
    const tried = await tryOnce(task, turns, how, most, signal);
    tokensUsed += tried.tokens;
    outputTokens += tried.outputTokens;
    processingMs += tried.milliseconds;
    if (tried.status === 'good') {
      return { status: 'words', text: tried.text, chosen: tried.chosen, tokensUsed, processingMs };
    }
    reason = tried.reason;
  }
  return { status: 'refused', reason, tokensUsed, processingMs };
}

async function tryOnce(
  task: Task,
  turns: readonly Turn[],
  how: (typeof ATTEMPTS)[number],
  maxOutputTokens: number,
  signal: AbortSignal,
): Promise<Tried> {
  const { deps, prompt, input } = task;
  const format = answerFormat(input.choices.length, prompt.maxTextLength);
  const { temperature, seed } = how;
  const startedAt = Date.now();
  let answer: ModelAnswer;
  try {
    const timeoutMs = deps.patience?.timeoutMs() ?? deps.timeoutMs;
    answer = await askModel(deps, { turns, format, maxOutputTokens, temperature, seed }, timeoutMs, signal);
    deps.patience?.answered(Date.now() - startedAt);
  } catch (error) {
    if (isTimeout(error)) deps.patience?.timedOut();
    const failure = signal.aborted ? 'cancelled' : 'failed';
    await book(task, how.attempt, startedAt, null, failure, error instanceof Error ? error.message : 'unknown fault');
    throw error;
  }
  const judged = judge(answer.text, input, prompt);
  const outcome = judged.status === 'good' ? 'used' : 'invalid';
  await book(task, how.attempt, startedAt, answer, outcome, judged.status === 'good' ? null : judged.reason);
  const { promptTokens, outputTokens } = answer;
  return { ...judged, tokens: promptTokens + outputTokens, outputTokens, milliseconds: Date.now() - startedAt };
}

function judge(raw: string, input: DescribeInput, prompt: Prompt): Judged {
  const answer = readAnswer(raw, input, prompt.maxTextLength);
  if (answer.status === 'unreadable') return { status: 'bad', reason: answer.reason };
  const grounded = groundDescription(answer.text, input);
  if (grounded.status === 'refused') return { status: 'bad', reason: grounded.reason };
  return { status: 'good', text: grounded.description, chosen: answer.chosen };
}

/** The model's words between the sentences of facts; the features it chose first, then the others. */
function place(
  property: ComposedProperty,
  { features, choices }: DescribeInput,
  text: string,
  chosen: readonly number[],
): Pick<Enrichment, 'description' | 'keyFeatures'> {
  const { opening, price } = ruleSentences(property, features);
  const first = chosen.flatMap((number) => choices[number - 1]?.feature.text ?? []);
  const keyFeatures = [...new Set([...first, ...features.map((feature) => feature.text)])].slice(0, MAX_KEY_FEATURES);
  return { description: joinSentences([opening, text, price]), keyFeatures };
}

async function book(
  { deps, prompt, propertyId, cacheKey }: Task,
  attempt: number,
  startedAt: number,
  answer: ModelAnswer | null,
  outcome: LlmOutcome,
  reason: string | null,
): Promise<void> {
  await deps.book({
    id: `${cacheKey}:${attempt}`,
    task: 'describe',
    propertyId,
    model: deps.model,
    promptVersion: prompt.version,
    startedAt: new Date(startedAt).toISOString(),
    milliseconds: Date.now() - startedAt,
    promptTokens: answer?.promptTokens ?? 0,
    outputTokens: answer?.outputTokens ?? 0,
    outcome,
    reason,
  });
}

/** Everything that the answer depends on: equal keys mean equal questions. */
function keyOf({ model, maxOutputTokens }: EnricherDeps, prompt: Prompt, input: DescribeInput): string {
  const turns = askDescription(prompt, input).map(({ role, content }) => ({ role, content }));
  return sha256(canonicalJson({ task: 'describe', model, prompt: prompt.version, maxOutputTokens, turns }));
}
