import type { Command } from 'commander';
import type { WindowsListFlags } from '../commands/windows.js';
import type { WindowsAcceptFlags } from '../commands/windows-accept.js';
import type { WindowsFillFlags } from '../commands/windows-fill.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

export function defineWindows(program: Command, run: Run): void {
  const windows = program
    .command('windows')
    .summary('what was collected of each source, ZIP and day')
    .description('What was collected of each source, ZIP and day');
  describeCommand(windows, 'list', 'List the windows of a day, those that nobody began among them', [
    'windows list',
    'windows list --date 2026-11-22 --source maricopa --json',
  ])
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--date <day>', 'run date YYYY-MM-DD in the zone of the market; default today')
    .option('--source <name...>', 'only these sources; a unique beginning of the name is enough', gather)
    .action(async (flags: WindowsListFlags) =>
      run(async (context) => (await import('../commands/windows.js')).listWindows(context, flags)),
    );
  describeCommand(windows, 'fill', 'Ask for what days lack; close as missed what nobody can give any more', [
    'windows fill 2026-11-01:2026-11-22',
    'windows fill 2026-11-22 --source reso --json',
  ])
    .argument('<days>', 'FROM:TO, both inside, or one day')
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--source <name...>', 'only these sources; a unique beginning of the name is enough', gather)
    .option('--zip <zip...>', 'only these ZIP codes', gather)
    .option('--detach', 'return as soon as it has started')
    .action(async (days: string, flags: WindowsFillFlags) =>
      run(async (context) => (await import('../commands/windows-fill.js')).fillWindows(context, days, flags)),
    );
  describeCommand(windows, 'accept', 'Believe a suspect window: what it gave is right, however unusual', [
    'windows accept maricopa-assessor 85031 --by "A. Operator" --note "a subdivision moved to 85037"',
  ])
    .argument('<source>', 'source name; a unique beginning is enough')
    .argument('<zip>', 'ZIP code of the window')
    .option('--date <day>', 'run date YYYY-MM-DD in the zone of the market; default today')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why it is right, kept with it')
    .action(async (source: string, zip: string, flags: WindowsAcceptFlags) =>
      run(async (context) => (await import('../commands/windows-accept.js')).accept(context, source, zip, flags)),
    );
}
