import type { Command } from 'commander';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineSchedules(program: Command, run: Run): void {
  const schedules = program
    .command('schedules')
    .summary('what runs by itself, and when')
    .description('What runs by itself, and when; declared in config/schedules.json');
  describeCommand(schedules, 'apply', 'Make the schedules of the server those of config/schedules.json', [
    'schedules apply',
  ]).action(async () => run(async (context) => (await import('../commands/schedules.js')).applySchedules(context)));
  describeCommand(schedules, 'list', 'List schedules with their next run times', [
    'schedules list',
    'schedules list --json',
  ]).action(async () => run(async (context) => (await import('../commands/schedules.js')).listSchedules(context)));
  const verbs = [
    ['trigger', 'Run a schedule now'],
    ['pause', 'Hold a schedule'],
    ['resume', 'Let a held schedule go on'],
  ] as const;
  for (const [verb, summary] of verbs) {
    describeCommand(schedules, verb, summary, [`schedules ${verb} daily-phoenix`])
      .argument('<schedule>', 'schedule id')
      .option('--note <text>', 'reason, kept with the schedule')
      .action(async (id: string, flags: { note?: string }) =>
        run(async (context) => (await import('../commands/schedules.js')).steerSchedule(context, verb, id, flags)),
      );
  }
}
