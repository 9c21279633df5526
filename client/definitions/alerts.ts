import type { Command } from 'commander';
import type { AlertsSetFlags } from '../commands/alert-rules.js';
import type { AlertsTestFlags } from '../commands/alert-test.js';
import type { AlertsAckFlags, AlertsListFlags, AlertsMarketFlags } from '../commands/alerts.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

const MARKET = ['--market <name>', 'of this market; default the first of config/markets.json'] as const;

export function defineAlerts(program: Command, run: Run): void {
  const alerts = program
    .command('alerts')
    .summary('what is wrong, who was told, and by which rules')
    .description('What is wrong, who was told, and by which rules');
  describeCommand(alerts, 'list', 'List alerts, the worst first', ['alerts list', 'alerts list --state all --json'])
    .option(...MARKET)
    .option('--state <state>', 'open, recovered or all; default open')
    .option('--limit <count>', 'at most so many, 1 to 1000; default 50')
    .action(async (flags: AlertsListFlags) =>
      run(async (context) => (await import('../commands/alerts.js')).listThem(context, flags)),
    );
  describeCommand(alerts, 'show', 'Show what happened to an alert, and what became of each notice', [
    'alerts show phoenix/day-failed/daily',
  ])
    .argument('<id>', 'id of phx alerts list')
    .action(async (id: string) => run(async (context) => (await import('../commands/alerts.js')).showOne(context, id)));
  describeCommand(alerts, 'ack', 'Take an alert: it is not told again until it has recovered', [
    'alerts ack phoenix/day-failed/daily --by "A. Operator" --note "county is down"',
  ])
    .argument('<id>', 'id of phx alerts list')
    .option('--by <name>', 'who takes it')
    .option('--note <text>', 'what was found, kept with it')
    .action(async (id: string, flags: AlertsAckFlags) =>
      run(async (context) => (await import('../commands/alerts.js')).acknowledge(context, id, flags)),
    );
  describeCommand(alerts, 'rules', 'List the rules as they hold now, with what people changed', [
    'alerts rules',
    'alerts rules --json',
  ]).action(async () => run(async (context) => (await import('../commands/alert-rules.js')).listRules(context)));
  describeCommand(alerts, 'set', 'Change a rule, silence it, or take the changes back', [
    'alerts set cpu-warning --threshold 0.8 --by "A. Operator"',
    'alerts set outside-slow --mute --by "A. Operator" --note "county moves its servers"',
    'alerts set cpu-warning --reset --by "A. Operator"',
  ])
    .argument('<rule>', 'name of phx alerts rules')
    .option('--threshold <number>', 'in the unit of the rule; shares from 0 to 1')
    .option('--for <minutes>', 'it fires once it has held so long')
    .option('--cooldown <minutes>', 'so long nobody is told again')
    .option('--mute', 'written down, and told to nobody')
    .option('--unmute', 'told again')
    .option('--reset', 'as in config/alert-rules.json')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why, kept with it')
    .action(async (rule: string, flags: AlertsSetFlags) =>
      run(async (context) => (await import('../commands/alert-rules.js')).setRule(context, rule, flags)),
    );
  describeCommand(alerts, 'setup', 'Let alerts be evaluated every minute, and say what is still missing', [
    'alerts setup',
  ]).action(async () => run(async (context) => (await import('../commands/alert-setup.js')).setUp(context)));
  describeCommand(alerts, 'check', 'Take every measure of a market now, and tell what it says', ['alerts check'])
    .option(...MARKET)
    .action(async (flags: AlertsMarketFlags) =>
      run(async (context) => (await import('../commands/alert-setup.js')).checkNow(context, flags)),
    );
  describeCommand(alerts, 'test', 'Send a test message over every channel that is set up', [
    'alerts test',
    'alerts test --channel slack sms',
  ])
    .option('--channel <name...>', 'only these: mail, sms, slack, github', gather)
    .action(async (flags: AlertsTestFlags) =>
      run(async (context) => (await import('../commands/alert-test.js')).testChannels(context, flags)),
    );
  describeCommand(alerts, 'report', 'How alerts did: how often, how soon told, taken and over', [
    'alerts report',
    'alerts report --days 30 --json',
  ])
    .option(...MARKET)
    .option('--days <count>', 'of so many days, 1 to 90; default 7')
    .action(async (flags: AlertsMarketFlags) =>
      run(async (context) => (await import('../commands/alerts.js')).report(context, flags)),
    );
  const mail = program.command('mail').summary('the mail server').description('The mail server');
  describeCommand(mail, 'test', 'Send a test mail to the recipients of the settings', ['mail test']).action(async () =>
    run(async (context) => (await import('../commands/alert-test.js')).testChannels(context, { channel: ['mail'] })),
  );
}
