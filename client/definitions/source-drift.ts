import type { Command } from 'commander';
import type { Run } from '../program.js';
import { describeCommand } from './describe.js';

export interface DriftFlags {
  readonly since?: string;
}

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
}
