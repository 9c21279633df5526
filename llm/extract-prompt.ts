import { TEXT_FIELDS, type TextField } from '../core/schemas/text-facts.js';
import { fill, readPromptFile, type Turn } from './prompts.js';

/** The questions about sentences, as read from their file. */
export interface ExtractPrompt {
  /** `extract@1+` and the first 8 digits of the hash of the file. */
  readonly version: string;
  ask(field: TextField, sentence: string, answers: readonly string[]): readonly Turn[];
}

/** Reads the prompt. Called once at start. @throws Error when the file is not there or lacks a section: the program is not whole */
export function loadExtractPrompt(): ExtractPrompt {
  const { version, only, examples } = readPromptFile('extract@1');
  const [system, question] = [only('system'), only('question')];
  const questions = new Map(TEXT_FIELDS.map((field) => [field, only(`ask ${field}`)]));
  return {
    version,
    ask: (field, sentence, answers) => [
      { role: 'system', content: system },
      ...examples,
      {
        role: 'user',
        content: fill(question, { sentence, question: questions.get(field) ?? '', answers: answers.join(', ') }),
      },
    ],
  };
}
