import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/hash.js';
import { projectRoot } from '../core/paths.js';
import type { DescribeInput } from './prompt-input.js';

/** One turn of a conversation. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A prompt as read from its file. */
export interface Prompt {
  /** `describe@1+` and the first 8 digits of the hash of the file: what is recorded with every answer. */
  readonly version: string;
  /** Most characters of the text the model may write. */
  readonly maxTextLength: number;
  /** Most things it is given, at first and for the repair: what fails with four often works with two. */
  readonly things: number;
  readonly repairThings: number;
  readonly system: string;
  readonly examples: readonly Turn[];
  readonly question: string;
  readonly repair: string;
}

const PROMPTS = {
  small: { name: 'describe-small@1', maxTextLength: 160, things: 4, repairThings: 2 },
  large: { name: 'describe@1', maxTextLength: 200, things: 5, repairThings: 5 },
} as const;

/** Names of models under a thousand million parameters say so: `smollm2:135m-…`, `qwen2.5:0.5b`. */
const SMALL_MODEL = /(?:^|[^\d.])(?:\d{2,3}m|0\.\d+b)(?![a-z])/i;

/**
 * Reads the prompt that fits a model. Called once at start.
 * @throws Error when the file is not there or lacks a section: the program is not whole
 */
export function loadDescribePrompt(model: string): Prompt {
  const { name, ...bounds } = SMALL_MODEL.test(model) ? PROMPTS.small : PROMPTS.large;
  const { version, only, examples } = readPromptFile(name);
  return {
    version,
    ...bounds,
    system: only('system'),
    examples,
    question: only('question'),
    repair: only('repair'),
  };
}

/** A file of `llm/prompts/`. `version`: its name and the first 8 digits of its hash. */
export interface PromptFile {
  readonly version: string;
  /** Text of a section. @throws Error when there is none */
  readonly only: (title: string) => string;
  /** Its example questions and answers, in turn. */
  readonly examples: readonly Turn[];
}

/** Reads a prompt file. @throws Error when it is not there: the program is not whole */
export function readPromptFile(name: string): PromptFile {
  const file = readFileSync(join(projectRoot(), 'llm', 'prompts', `${name}.md`), 'utf8');
  const sections = sectionsOf(file);
  return {
    version: `${name}+${sha256(file).slice(0, 8)}`,
    only(title) {
      const text = sections.find((section) => section.title === title)?.text;
      if (text === undefined) throw new Error(`prompt ${name} has no section "${title}"`);
      return text;
    },
    examples: sections.flatMap(({ title, text }): readonly Turn[] => {
      if (title === 'example question') return [{ role: 'user', content: text }];
      return title === 'example answer' ? [{ role: 'assistant', content: text }] : [];
    }),
  };
}

/** The first question about a property. */
export function askDescription(prompt: Prompt, input: DescribeInput): readonly Turn[] {
  return turns(prompt, questionOf(prompt, input, prompt.things));
}

/** The question again, with the reason why the first answer was of no use. */
export function askRepair(prompt: Prompt, input: DescribeInput, reason: string): readonly Turn[] {
  return turns(prompt, fill(prompt.repair, { question: questionOf(prompt, input, prompt.repairThings), reason }));
}

function questionOf(prompt: Prompt, input: DescribeInput, things: number): string {
  return fill(prompt.question, {
    home: input.home,
    facts: input.facts.join('; '),
    things: input.choices
      .slice(0, things)
      .map(({ words }, at) => `(${at + 1}) ${words}`)
      .join(', '),
    listing: input.remarks === null ? '' : `<<<LISTING\n${input.remarks}\nLISTING>>>`,
  });
}

function turns({ system, examples }: Prompt, question: string): readonly Turn[] {
  return [{ role: 'system', content: system }, ...examples, { role: 'user', content: question }];
}

/** One pass over the template, so that no value is read as a template. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const filled = template.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
  return filled.replace(/\n{2,}/g, '\n');
}

function sectionsOf(file: string): readonly { readonly title: string; readonly text: string }[] {
  const parts = file.split(/^## (.+)$/m).slice(1);
  return parts.flatMap((title, at) =>
    at % 2 === 0 ? [{ title: title.trim(), text: (parts[at + 1] ?? '').trim() }] : [],
  );
}
