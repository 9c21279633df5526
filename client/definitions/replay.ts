import type { Command } from 'commander';
import type { ReplayFlags } from '../commands/replay.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

export function defineReplay(program: Command, run: Run): void {
  describeCommand(program, 'replay', "Read a past day's stored answers with today's parsers and say what differs", [
    'replay --date 2026-11-20',
    'replay --date 2026-11-20 --source maricopa-assessor --json',
    'replay --date 2026-11-20 --apply',
  ])
    .requiredOption('--date <day>', 'day YYYY-MM-DD')
    .option('--source <name...>', 'only these sources', gather)
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--apply', 'write what differs: valid from that day, known from now')
    .action(async (flags: ReplayFlags) =>
      run(async (context) => (await import('../commands/replay.js')).replay(context, flags)),
    );
}
