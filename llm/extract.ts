import { z } from 'zod';
import { canonicalJson, sha256 } from '../core/hash.js';
import type { TextFact, TextField } from '../core/schemas/text-facts.js';
import { findWords, questionsAbout, type TextQuestion, valueOfAnswer } from '../domain/text-questions.js';
import type { EnricherDeps } from './describe.js';
import { loadExtractPrompt } from './extract-prompt.js';
import { askModel } from './ollama-client.js';
import type { CachedAnswer } from './types.js';

/** What the model read of a text, and what it took. */
export interface ModelReading {
  readonly facts: readonly TextFact[];
  /** Questions that were put. */
  readonly asked: number;
  /** Answers other than `unknown`; those whose words do not stand in the text, or cannot carry them, gave no fact. */
  readonly answered: number;
  readonly tokensUsed: number;
  readonly processingMs: number;
}

/** Reads texts with a model. Made once a run. */
export interface TextReader {
  readonly model: string;
  readonly promptVersion: string;
  /**
   * Asks about each of the fields of which a sentence may say something, at most three. Safe to repeat: answers are kept by question.
   * @throws ModelBusy (retried), BadConfig (not retried), what `signal` carries when it is aborted
   */
  read(propertyId: string, text: string, fields: readonly TextField[], signal: AbortSignal): Promise<ModelReading>;
}

/** Most questions about one text, so that a property keeps within its tokens. */
const MOST_QUESTIONS = 3;
const MOST_QUOTED = 120;

type Deps = Pick<EnricherDeps, 'host' | 'model' | 'maxOutputTokens' | 'timeoutMs' | 'cache' | 'book'>;
type Version = string;

/**
 * Makes the reader. An answer becomes a fact only with words of the sentence that was shown, found there by code, which name the thing
 * and carry the answer; such a fact is always of the class `low`, below every fact of rules and sources.
 */
export function createTextReader(deps: Deps): TextReader {
  const prompt = loadExtractPrompt();
  return {
    model: deps.model,
    promptVersion: prompt.version,
    async read(propertyId, text, fields, signal) {
      const facts: TextFact[] = [];
      const questions = questionsAbout(text, fields).slice(0, MOST_QUESTIONS);
      let [answered, tokensUsed, processingMs] = [0, 0, 0];
      for (const question of questions) {
        const turns = prompt.ask(question.field, question.sentence.trim(), question.answers);
        const got = await answerTo(deps, prompt.version, propertyId, question, turns, signal);
        tokensUsed += got.tokensUsed;
        processingMs += got.processingMs;
        const given = got.status === 'words' ? readAnswer(got.text, question.answers) : null;
        if (given === null || given.answer === 'unknown') continue;
        answered += 1;
        facts.push(...factOf(text, question, given));
      }
      return { facts, asked: questions.length, answered, tokensUsed, processingMs };
    },
  };
}

interface Given {
  readonly quote: string;
  readonly answer: string;
}

const answerForm = (answers: readonly string[]) =>
  z.strictObject({ quote: z.string().min(1).max(MOST_QUOTED), answer: z.enum(answers) });

async function answerTo(
  deps: Deps,
  promptVersion: Version,
  propertyId: string,
  { answers }: TextQuestion,
  turns: Parameters<typeof askModel>[1]['turns'],
  signal: AbortSignal,
): Promise<CachedAnswer> {
  const { model, maxOutputTokens } = deps;
  const key = sha256(
    canonicalJson({ task: 'extract', model, prompt: promptVersion, turns: turns.map((turn) => ({ ...turn })) }),
  );
  const known = await deps.cache.get(key);
  if (known !== null) return known;
  const format = z.toJSONSchema(answerForm(answers));
  const startedAt = Date.now();
  const ask = { turns, format, maxOutputTokens: Math.floor(maxOutputTokens / MOST_QUESTIONS), temperature: 0, seed: 1 };
  const row = { id: `${key}:1`, task: 'extract' as const, propertyId, model, promptVersion };
  const booked = { ...row, startedAt: new Date(startedAt).toISOString() };
  try {
    const { text, promptTokens, outputTokens } = await askModel(deps, ask, deps.timeoutMs, signal);
    const processingMs = Date.now() - startedAt;
    const reason = readAnswer(text, answers) === null ? 'the answer was not of the form that was asked for' : null;
    const outcome = reason === null ? 'used' : 'invalid';
    await deps.book({ ...booked, milliseconds: processingMs, promptTokens, outputTokens, outcome, reason });
    const answer: CachedAnswer = {
      status: 'words',
      text,
      chosen: [],
      tokensUsed: promptTokens + outputTokens,
      processingMs,
    };
    await deps.cache.put(key, answer);
    return answer;
  } catch (error) {
    const outcome = signal.aborted ? 'cancelled' : 'failed';
    const reason = error instanceof Error ? error.message : 'unknown fault';
    await deps.book({
      ...booked,
      milliseconds: Date.now() - startedAt,
      promptTokens: 0,
      outputTokens: 0,
      outcome,
      reason,
    });
    throw error;
  }
}

function readAnswer(raw: string, answers: readonly string[]): Given | null {
  try {
    const answer = answerForm(answers).safeParse(JSON.parse(raw));
    return answer.success ? answer.data : null;
  } catch {
    // Not JSON: an answer of no use, which is counted and not an error.
    return null;
  }
}

function factOf(text: string, { field, sentence, start }: TextQuestion, { quote, answer }: Given): readonly TextFact[] {
  const place = findWords(sentence, quote);
  if (place === null) return [];
  const span = { start: start + place.start, end: start + place.end };
  const words = text.slice(span.start, span.end);
  // What was blanked is no part of the sentence, also where it stands in the middle of one.
  if (words !== sentence.slice(place.start, place.end)) return [];
  const value = valueOfAnswer(field, answer, words);
  return value === null ? [] : [{ field, value, confidence: 'low', by: 'model', span: { ...span, quote: words } }];
}
