import type { Command, Option } from 'commander';
import { createProgram } from '../../client/program.js';

const HEAD = `# phx, the command line

Made from the commands themselves; \`npm run jest -- test/unit/client/reference.test.ts\` shows the lines that differ, and
with \`UPDATE_DOCS=1\` before it writes them. Call it as \`npm run phx -- COMMAND\`; \`npm start -- FLAGS\` is \`phx start FLAGS\`.

- Data goes to stdout, everything else to stderr. \`--json\` prints one document on stdout (\`runs watch\`: one line per
  change, the document of the run as the last), and lists print \`[]\` when they are empty.
- Exit codes and the form of errors: [errors.md](errors.md#exit-codes-of-phx).
- Settings: flag, environment, \`NAME_FILE\`, settings file, running stack, default. In mode \`demo\` the running stack wins
  over environment and file, so that a demo never talks to a real service. Secrets are never flags.
- A run is named by its workflow id, a day (\`2026-11-22\`) or \`today\`. Ctrl-C detaches from a run; it goes on. Only
  \`phx start\` without \`--keep\` takes its own stack down: the run pauses and the next start finishes it.
- With \`--recordings\` or \`--parcels\` the sandbox is another world with a data folder of its own, \`.data/demo-<8 hex>\`;
  \`PHOENIX_DATA\` names it to the other commands.

## Document of a run

\`phx start --json\`, \`phx runs start --json\` and the last line of \`phx runs watch --json\`:

| Field | Meaning |
|---|---|
| \`schemaVersion\` | 1 |
| \`runId\` | workflow id |
| \`status\` | \`complete\`, \`partial\`, \`failed\`, \`cancelled\` (exit code 0, 3, 1, 130) |
| \`mode\`, \`runDate\` | world and day |
| \`stack\` | \`temporal\`, \`mongodb\`, \`llm\`, \`browser\`, each with \`how\`, \`version\`, \`address\`; null where unknown |
| \`counts\` | \`seen = stored + unchanged + quarantined + excluded\` |
| \`sources\` | \`name\`, \`status\`, \`reason\` and \`zips\`: \`zip\`, \`status\`, \`reason\`, \`total\` (what the source says it holds) and its counts |
| \`llm\` | \`model\`, \`calls\`, \`cached\`, \`tokens\`, \`ruleOnly\`, \`pending\` |
| \`links\` | \`temporal\`: the run in the Web UI, null without one |
| \`report\` | absolute path of the report, null when it was not written |
`;

/** The text that `docs/cli.md` must have, made from the commands. */
export function cliReference(): string {
  const program = createProgram({
    run: () => Promise.resolve(),
    writeOut: () => undefined,
    writeErr: () => undefined,
    outputError: () => undefined,
  });
  const globals = `## Flags of every command\n\n${optionTable(program.options)}`;
  const commands = leavesOf(program, 'phx').map(([path, command]) => section(path, command));
  return `${[HEAD.trimEnd(), globals, ...commands].join('\n\n')}\n`;
}

function leavesOf(command: Command, path: string): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path, command]];
  return command.commands.flatMap((child) => leavesOf(child, `${path} ${child.name()}`));
}

function section(path: string, command: Command): string {
  const usage = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const parts = [path, ...usage].join(' ');
  const examples = command.description().split('Examples:\n')[1] ?? '';
  const args = command.registeredArguments.map((argument) => `\`${argument.name()}\`: ${argument.description}.`);
  return [
    `## ${path}`,
    `${command.summary()}. \`${parts}\``,
    ...args,
    `\`\`\`sh\n${examples.replaceAll(/^ {2}/gm, '')}\n\`\`\``,
    ...(command.options.length === 0 ? [] : [optionTable(command.options)]),
  ].join('\n\n');
}

function optionTable(options: readonly Option[]): string {
  const rows = options.map(({ flags, description }) => `| \`${flags}\` | ${description.replaceAll('|', '\\|')} |`);
  return ['| Flag | Meaning |', '|---|---|', ...rows].join('\n');
}
