import type { Command } from 'commander';
import type { EnrichRedoFlags, EnrichRetryFlags } from '../commands/enrich-again.js';
import type { EnrichFailedFlags, EnrichFlags } from '../commands/enrich-list.js';
import type { EnrichRunFlags } from '../commands/enrich-run.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

const OF_MARKET = ['--market <name>', 'of this market; default the first of config/markets.json'] as const;

export function defineEnrich(program: Command, run: Run): void {
  const enrich = program
    .command('enrich')
    .summary('words of the model: what waits, what failed, again')
    .description('Words of the model: what waits, what failed, again');
  describeCommand(enrich, 'run', 'Let the model describe what waits, and wait for it', [
    'enrich run',
    'enrich run --seconds 600 --detach',
  ])
    .option(...OF_MARKET)
    .option('--seconds <n>', 'longest time for the model; default 3600')
    .option('--detach', 'do not wait for its end')
    .action(async (flags: EnrichRunFlags) =>
      run(async (context) => (await import('../commands/enrich-run.js')).runEnrichment(context, flags)),
    );
  describeCommand(
    enrich,
    'status',
    'Show how many properties wait, how batches are cut, and what was done for the model',
    ['enrich status', 'enrich status --json'],
  )
    .option(...OF_MARKET)
    .action(async (flags: EnrichFlags) =>
      run(async (context) => (await import('../commands/enrich-list.js')).enrichmentStatus(context, flags)),
    );
  describeCommand(enrich, 'failed', 'List the properties that the model was given up on, with the errors of each try', [
    'enrich failed',
    'enrich failed --limit 100 --json',
  ])
    .option(...OF_MARKET)
    .option('--limit <n>', 'most properties to show; default 20')
    .action(async (flags: EnrichFailedFlags) =>
      run(async (context) => (await import('../commands/enrich-list.js')).failedEnrichments(context, flags)),
    );
  describeCommand(enrich, 'retry', 'Put what failed back on the list', ['enrich retry', 'enrich retry --id 103-06-005'])
    .option(...OF_MARKET)
    .option('--id <property...>', 'only these properties, by parcel number or property id', gather)
    .action(async (flags: EnrichRetryFlags) =>
      run(async (context) => (await import('../commands/enrich-again.js')).retryEnrichments(context, flags)),
    );
  describeCommand(enrich, 'redo', 'Have words written again; shows first how many and what they cost the last time', [
    'enrich redo --prompt-version describe@1',
    'enrich redo --zip 85031 --apply',
    'enrich redo --id 103-06-005 --apply',
  ])
    .option(...OF_MARKET)
    .option('--prompt-version <version>', 'words written by this version of the prompt, or one that begins so')
    .option('--zip <zip...>', 'only in these ZIP codes', gather)
    .option('--id <property...>', 'only these properties, by parcel number or property id', gather)
    .option('--apply', 'put them back on the list')
    .action(async (flags: EnrichRedoFlags) =>
      run(async (context) => (await import('../commands/enrich-again.js')).redoEnrichments(context, flags)),
    );
}
