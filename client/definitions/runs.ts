import type { Command } from 'commander';
import type { RunsStartFlags } from '../commands/runs-start.js';
import type { Run } from '../context.js';
import type { PartFlags } from '../run-target.js';
import { describeCommand, gather } from './describe.js';
import { addRunFlags } from './run-flags.js';

const RUN_ARGUMENT = 'workflow id, a day, or today (default)';

export function defineRuns(program: Command, run: Run): void {
  const runs = program
    .command('runs')
    .summary('start, watch and steer runs')
    .description('Start, watch and steer runs');
  defineStartOfRuns(runs, run);
  describeCommand(runs, 'list', 'List the latest runs', ['runs list', 'runs list --limit 5 --json'])
    .option('--limit <n>', 'most runs to list', '20')
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .action(async (flags: { limit: string; market?: string }) =>
      run(async (context) => (await import('../commands/runs-read.js')).listRunsCommand(context, flags)),
    );
  describeCommand(runs, 'show', 'Show what a run did, and what is missing', [
    'runs show',
    'runs show 2026-11-22',
    'runs show daily/phoenix/2026-11-22 --json',
  ])
    .argument('[run]', RUN_ARGUMENT)
    .action(async (id: string | undefined) =>
      run(async (context) => (await import('../commands/runs-read.js')).showRun(context, id)),
    );
  describeCommand(runs, 'watch', 'Follow a run until it ends', ['runs watch', 'runs watch today --json'])
    .argument('[run]', RUN_ARGUMENT)
    .action(async (id: string | undefined) =>
      run(async (context) => (await import('../commands/runs-start.js')).watchRun(context, id)),
    );
  defineSteering(runs, run);
}

function defineStartOfRuns(runs: Command, run: Run): void {
  const start = describeCommand(runs, 'start', 'Start or join a run on the stack that is up', [
    'runs start',
    'runs start --source maricopa --zip 85031,85033 --limit 25',
    'runs start --zip 85031 --plan',
  ]);
  addRunFlags(start)
    .option('--plan', 'print requests, time at the rate limit and cost, and send nothing')
    .option('--detach', 'return as soon as the run has started')
    .action(async (flags: RunsStartFlags) =>
      run(async (context) => {
        if (flags.plan) return (await import('../commands/runs-plan.js')).planRun(context, flags);
        return (await import('../commands/runs-start.js')).startRun(context, flags);
      }),
    );
}

function defineSteering(runs: Command, run: Run): void {
  const verbs = [
    ['pause', 'Hold a run, source or ZIP after the pages in flight'],
    ['resume', 'Let a held run, source or ZIP go on'],
    ['cancel', 'End a run, source or ZIP; what it has is kept and reported'],
  ] as const;
  for (const [verb, summary] of verbs) {
    addPart(
      describeCommand(runs, verb, summary, [`runs ${verb}`, `runs ${verb} today --source maricopa --zip 85031`]),
    ).action(async (id: string | undefined, flags: PartFlags) =>
      run(async (context) => (await import('../commands/runs-steer.js')).steerRun(context, verb, id, flags)),
    );
  }
  addPart(
    describeCommand(runs, 'retry', 'Ask again for what a run left incomplete, and for nothing else', [
      'runs retry',
      'runs retry daily/phoenix/2026-11-22 --detach',
    ]),
  )
    .option('--detach', 'return as soon as the run has started')
    .action(async (id: string | undefined, flags: PartFlags & { detach?: true }) =>
      run(async (context) => (await import('../commands/runs-start.js')).retryRun(context, id, flags)),
    );
}

function addPart(command: Command): Command {
  return command
    .argument('[run]', RUN_ARGUMENT)
    .option('--source <name>', 'only this source of the run', gather)
    .option('--zip <zip>', 'only this ZIP of the source', gather);
}
