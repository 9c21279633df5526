import type { Command } from 'commander';
import type { IncidentsReportFlags } from '../commands/incident-report.js';
import type { IncidentsOpenFlags, IncidentsWordFlags } from '../commands/incident-words.js';
import type { IncidentsListFlags, IncidentsShowFlags } from '../commands/incidents.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

const ID = ['<id>', 'id of phx incidents list, or market and cause as in phoenix/run/start'] as const;
const BY = ['--by <name>', 'who says so'] as const;
const EXAMPLE = 'phoenix/run/start';

export function defineIncidents(program: Command, run: Run): void {
  const incidents = program
    .command('incidents')
    .summary('trouble from its first fault to its review')
    .description('Trouble from its first fault to its review: who knows, who took it, what was tried');
  defineReading(incidents, run);
  defineWords(incidents, run);
  defineReport(incidents, run);
}

function defineReading(incidents: Command, run: Run): void {
  describeCommand(incidents, 'list', 'List incidents, the latest first', [
    'incidents list',
    'incidents list --state all --json',
  ])
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--state <state>', 'open, resolved or all; default open')
    .option('--limit <count>', 'at most so many, 1 to 1000; default 50')
    .action(async (flags: IncidentsListFlags) =>
      run(async (context) => (await import('../commands/incidents.js')).listThem(context, flags)),
    );
  describeCommand(incidents, 'show', 'Show an incident: faults, tries of the machine, checklist, timeline', [
    `incidents show ${EXAMPLE}`,
    `incidents show ${EXAMPLE} --live --json`,
  ])
    .argument(...ID)
    .option('--live', 'ask the workflow itself, not the database')
    .action(async (id: string, flags: IncidentsShowFlags) =>
      run(async (context) => (await import('../commands/incidents.js')).showOne(context, id, flags)),
    );
  describeCommand(
    incidents,
    'rebuild',
    'Write the read model anew from the workflows of all incidents that are not over',
    ['incidents rebuild'],
  ).action(async () => run(async (context) => (await import('../commands/incidents.js')).rebuild(context)));
}

function defineReport(incidents: Command, run: Run): void {
  describeCommand(incidents, 'report', 'Report of an incident: impact, clocks, notices, checklist, timeline', [
    `incidents report ${EXAMPLE} > incident.md`,
    `incidents report ${EXAMPLE} --pdf incident.pdf`,
  ])
    .argument(...ID)
    .option('--pdf <file>', 'print it to this file, too')
    .action(async (id: string, flags: IncidentsReportFlags) =>
      run(async (context) => (await import('../commands/incident-report.js')).reportIncident(context, id, flags)),
    );
}

function defineWords(incidents: Command, run: Run): void {
  const word = (verb: 'ack' | 'note' | 'resolve') => async (id: string, flags: IncidentsWordFlags) =>
    run(async (context) => (await import('../commands/incident-words.js')).sayIt(context, verb, id, null, flags));
  describeCommand(incidents, 'open', 'Open an incident by hand', [
    'incidents open office/network --severity P2 --text "line to the office is cut" --by "A. Operator"',
  ])
    .argument('<cause>', 'what is wrong, in small letters; further faults of it are the same incident')
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--severity <severity>', 'P0, P1, P2 or P3')
    .option('--text <text>', 'what is seen')
    .option(...BY)
    .action(async (cause: string, flags: IncidentsOpenFlags) =>
      run(async (context) => (await import('../commands/incident-words.js')).openIt(context, cause, flags)),
    );
  describeCommand(incidents, 'ack', 'Take an incident: nobody else is called, the resolve clock goes on', [
    `incidents ack ${EXAMPLE} --by "A. Operator"`,
  ])
    .argument(...ID)
    .option(...BY)
    .option('--note <text>', 'what was found, kept with it')
    .action(word('ack'));
  describeCommand(incidents, 'note', 'Write into the timeline, or object to its being closed by itself', [
    `incidents note ${EXAMPLE} --text "provider called" --by "A. Operator"`,
    `incidents note ${EXAMPLE} --text "not understood yet" --keep-open --by "A. Operator"`,
  ])
    .argument(...ID)
    .option('--text <text>', 'what happened')
    .option('--keep-open', 'it stays open until a person resolves it')
    .option(...BY)
    .action(word('note'));
  describeCommand(incidents, 'severity', 'Change the severity; its clocks begin', [
    `incidents severity ${EXAMPLE} P2 --why "one ZIP code" --by "A. Operator"`,
  ])
    .argument(...ID)
    .argument('<severity>', 'P0, P1, P2 or P3')
    .option('--why <text>', 'why')
    .option(...BY)
    .action(async (id: string, severity: string, flags: IncidentsWordFlags) =>
      run(async (context) =>
        (await import('../commands/incident-words.js')).sayIt(context, 'severity', id, severity, flags),
      ),
    );
  describeCommand(incidents, 'check', 'Check off a step of the checklist; 7 is the review', [
    `incidents check ${EXAMPLE} 2 --by "A. Operator"`,
  ])
    .argument(...ID)
    .argument('<step>', 'number of the step, 1 to 7')
    .option(...BY)
    .action(async (id: string, step: string, flags: IncidentsWordFlags) =>
      run(async (context) => (await import('../commands/incident-words.js')).sayIt(context, 'check', id, step, flags)),
    );
  describeCommand(incidents, 'resolve', 'End an incident; its review is due 48 hours later', [
    `incidents resolve ${EXAMPLE} --how "worker restarted" --by "A. Operator"`,
  ])
    .argument(...ID)
    .option('--how <text>', 'what ended it')
    .option(...BY)
    .action(word('resolve'));
}
