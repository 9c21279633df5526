import { z } from 'zod';
import type { DescribeInput } from './prompt-input.js';

/** Most features the model may choose. */
const MAX_CHOSEN = 3;

/** The form of an answer. One zod schema is both the grammar that the model obeys and the check of what came. */
export function answerSchema(choices: number, maxTextLength: number) {
  const numbers = Array.from({ length: choices }, (_unused, at) => at + 1);
  return z.strictObject({
    text: z.string().min(1).max(maxTextLength),
    key_features: z.array(z.literal(numbers)).max(MAX_CHOSEN),
  });
}

/** JSON schema for the `format` of a request. */
export function answerFormat(choices: number, maxTextLength: number): object {
  return z.toJSONSchema(answerSchema(choices, maxTextLength));
}

export type ReadAnswer =
  | { readonly status: 'read'; readonly text: string; readonly chosen: readonly number[] }
  | { readonly status: 'unreadable'; readonly reason: string };

/**
 * Reads an answer. Words or marks around one JSON object are let pass (servers without grammar add them); everything else that
 * is not of the form is unreadable. Never throws.
 */
export function readAnswer(raw: string, { choices }: DescribeInput, maxTextLength: number): ReadAnswer {
  const json = parseObject(raw);
  if (json === undefined)
    return { status: 'unreadable', reason: raw.trim() === '' ? 'it was empty' : 'it was not JSON' };
  const answer = answerSchema(choices.length, maxTextLength).safeParse(json);
  if (answer.success) {
    return { status: 'read', text: answer.data.text, chosen: [...new Set(answer.data.key_features)] };
  }
  const [issue] = answer.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the answer' : issue.path.join('.');
  return { status: 'unreadable', reason: `${place} was not of the form that was asked for` };
}

function parseObject(raw: string): unknown {
  const from = raw.indexOf('{');
  const to = raw.lastIndexOf('}');
  for (const text of [raw, from >= 0 && to > from ? raw.slice(from, to + 1) : '']) {
    try {
      return JSON.parse(text);
    } catch {
      // The next, narrower piece may be JSON; when none is, the answer is unreadable.
    }
  }
  return undefined;
}
