import type { Command } from 'commander';
import type { AuditFlags } from '../commands/sources-audit.js';
import type { DecisionFlags, PermitFlags } from '../commands/sources-decide.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';
import { defineDrift } from './source-drift.js';

const SOURCE = ['<source>', 'source; a unique beginning of the name is enough'] as const;

export function defineSources(program: Command, run: Run): void {
  const sources = program
    .command('sources')
    .summary('where data comes from: state, limits, permissions')
    .description('Where data comes from: state, limits, permissions');
  describeCommand(sources, 'list', 'List the sources with their limits and what was decided about them', [
    'sources list',
    'sources list --json',
  ]).action(async () => run(async (context) => (await import('../commands/sources-list.js')).listSources(context)));
  describeCommand(sources, 'probe', 'Ask a source for something known, through its limit, and say how it stands', [
    'sources probe maricopa-assessor',
    'sources probe phoenix --json',
  ])
    .argument(...SOURCE)
    .action(async (source: string) =>
      run(async (context) => (await import('../commands/sources-probe.js')).probe(context, source)),
    );
  describeCommand(sources, 'audit', 'Prove from the record of every request that no limit was passed', [
    'sources audit',
    'sources audit --source maricopa-assessor --since 2026-11-22',
    'sources audit --since 2026-11-22T10:00:00Z --json',
  ])
    .option('--source <name...>', 'only these sources; a unique beginning of the name is enough', gather)
    .option('--since <when>', 'day YYYY-MM-DD in the zone of the market, or an instant; default all that is kept')
    .action(async (flags: AuditFlags) =>
      run(async (context) => (await import('../commands/sources-audit.js')).auditSources(context, flags)),
    );
  defineDrift(sources, run);
  defineDecisions(sources, run);
}

function defineDecisions(sources: Command, run: Run): void {
  describeCommand(sources, 'permit', 'Record what is permitted for a source, or take it back', [
    'sources permit phoenix-mls --reference "IDX agreement 2026-17" --by "Operator"',
    'sources permit phoenix-mls --for proxies,captcha --reference "letter of 2026-11-20" --by "Operator"',
    'sources permit phoenix-mls --revoke --reference "agreement ended" --by "Operator"',
  ])
    .argument(...SOURCE)
    .option('--reference <text>', 'contract, letter or ticket it rests on')
    .option('--by <name>', 'who decides')
    .option('--for <what...>', 'what is permitted: collection, proxies, captcha; default collection', gather)
    .option('--revoke', 'the permission is held no longer')
    .action(async (source: string, flags: PermitFlags) =>
      run(async (context) => (await import('../commands/sources-decide.js')).permit(context, source, flags)),
    );
  const verbs = [
    [
      'pause',
      'Ask nothing of a source until it is resumed',
      'sources pause maricopa-assessor --note "they asked us to"',
    ],
    ['resume', 'Let a paused source go on', 'sources resume maricopa-assessor'],
  ] as const;
  for (const [verb, summary, example] of verbs) {
    addDecision(describeCommand(sources, verb, summary, [example]).argument(...SOURCE)).action(
      async (source: string, flags: DecisionFlags) =>
        run(async (context) =>
          (await import('../commands/sources-decide.js')).holdSource(context, verb, source, flags),
        ),
    );
  }
  addDecision(
    describeCommand(sources, 'pace', 'Hold a source to fewer requests than its setting; never to more', [
      'sources pace maricopa-assessor 30/1m',
      'sources pace phoenix-mls 1/10s --note "slow answers"',
      'sources pace maricopa-assessor off',
    ])
      .argument(...SOURCE)
      .argument('<pace>', 'requests and window, 30/1m, 1/10s or 500/1h; off lifts it'),
  ).action(async (source: string, pace: string, flags: DecisionFlags) =>
    run(async (context) => (await import('../commands/sources-decide.js')).setPace(context, source, pace, flags)),
  );
}

function addDecision(command: Command): Command {
  return command
    .option('--by <name>', 'who decides; default the operator')
    .option('--note <text>', 'reason, kept with it');
}
