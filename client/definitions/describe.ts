import type { Command } from 'commander';

/** Adds a command with a one-line summary and the examples that its help shows before the options. */
export function describeCommand(
  parent: Command,
  nameAndArguments: string,
  summary: string,
  examples: readonly string[],
): Command {
  const shown = examples.map((example) => `  phx ${example}`).join('\n');
  return parent.command(nameAndArguments).summary(summary).description(`${summary}\n\nExamples:\n${shown}`);
}

/** A flag that may be repeated, or hold several values with commas between. */
export function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((part) => part.trim())];
}
