import type { Command } from 'commander';
import type { DriftFlags } from '../commands/sources-drift.js';
import type { RepairFlags } from '../commands/sources-repair.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const SOURCE = ['<source>', 'source; a unique beginning of the name is enough'] as const;

/** Commands about sources that changed. */
export function defineDrift(sources: Command, run: Run): void {
  describeCommand(sources, 'drift', 'List how answers differ from those before them, by path, with share and time', [
    'sources drift',
    'sources drift maricopa-assessor --since 2026-11-01 --json',
  ])
    .argument('[source]', 'source; a unique beginning of the name is enough; default all')
    .option('--since <when>', 'day YYYY-MM-DD in the zone of the market, or an instant; default the last 14 days')
    .action(async (source: string | undefined, flags: DriftFlags) =>
      run(async (context) => (await import('../commands/sources-drift.js')).listDrift(context, source ?? null, flags)),
    );
  const repair = sources
    .command('repair')
    .summary('selectors that were learned from a changed layout')
    .description('Selectors that were learned from a changed layout');
  describeCommand(
    repair,
    'review',
    'Show what is proposed: old and new selector of each field, share right, examples',
    ['sources repair review phoenix-mls', 'sources repair review phoenix-mls --json'],
  )
    .argument(...SOURCE)
    .action(async (source: string) =>
      run(async (context) => (await import('../commands/sources-repair.js')).reviewRepair(context, source)),
    );
  const verbs = [
    ['approve', 'Read the new layout by the proposed selectors, and ask again for what was lost'],
    ['reject', 'Refuse the proposed selectors; the source stays stopped while the layout is unknown'],
  ] as const;
  for (const [verb, summary] of verbs) {
    const example = `sources repair ${verb} phoenix-mls --by "Operator" --reason "looked at every field"`;
    describeCommand(repair, verb, summary, [example])
      .argument(...SOURCE)
      .option('--by <name>', 'who decides')
      .option('--reason <text>', 'why, kept with it')
      .action(async (source: string, flags: RepairFlags) =>
        run(async (context) =>
          (await import('../commands/sources-repair.js')).decideRepair(context, verb, source, flags),
        ),
      );
  }
}
