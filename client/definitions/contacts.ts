import type { Command } from 'commander';
import type { ContactFlags, RotationFlags } from '../commands/contacts.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

/** The roster: who answers for what, and when. */
export function defineContacts(program: Command, run: Run): void {
  const contacts = program
    .command('contacts')
    .summary('people who are told, and providers to call')
    .description('People who are told, and providers to call');
  describeCommand(contacts, 'list', 'List roles, people, rotations and providers, and what is missing', [
    'contacts list',
    'contacts list --json',
  ]).action(async () => run(async (context) => (await import('../commands/contacts.js')).listContacts(context)));
  describeCommand(contacts, 'set', 'Put a person on the roster, or change one', [
    'contacts set a-operator --name "A. Operator" --role operations --mail operator@example.com --phone +16025550123 --by "A. Operator"',
  ])
    .argument('<id>', 'small letters, digits and dashes')
    .option('--name <name>', 'as people call them')
    .option('--role <role...>', 'operations, supervisor, technical-lead or management', gather)
    .option('--mail <address>', 'mail address')
    .option('--phone <number>', 'for SMS, like +16025550123')
    .option('--hours <from-to>', 'when they can be reached, like 08:00-18:00; default always')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why, kept with it')
    .action(async (id: string, flags: ContactFlags) =>
      run(async (context) => (await import('../commands/contacts.js')).setContact(context, id, flags)),
    );
  describeCommand(contacts, 'remove', 'Take a person off the roster', ['contacts remove a-operator --by "A. Operator"'])
    .argument('<id>', 'id of phx contacts list')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why, kept with it')
    .action(async (id: string, flags: ContactFlags) =>
      run(async (context) => (await import('../commands/contacts.js')).removeContact(context, id, flags)),
    );
  describeCommand(contacts, 'rotate', 'Let people of a role be on call in turns', [
    'contacts rotate operations --people a-operator,b-operator --from 2026-11-23 --days 7 --by "A. Operator"',
  ])
    .argument('<role>', 'operations, supervisor, technical-lead or management')
    .option('--people <id...>', 'ids of phx contacts list, in their order', gather)
    .option('--from <day>', 'day on which the first begins, YYYY-MM-DD')
    .option('--days <count>', 'length of a turn; default 7')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why, kept with it')
    .action(async (role: string, flags: RotationFlags) =>
      run(async (context) => (await import('../commands/contacts.js')).setRotation(context, role, flags)),
    );
  describeCommand(contacts, 'test', 'Send a test message to a person, by mail and SMS', ['contacts test a-operator'])
    .argument('<id>', 'id of phx contacts list')
    .action(async (id: string) =>
      run(async (context) => (await import('../commands/alert-test.js')).testContact(context, id)),
    );
  describeCommand(program, 'oncall', 'Who answers now, by role', ['oncall', 'oncall --json']).action(async () =>
    run(async (context) => (await import('../commands/contacts.js')).showOnCall(context)),
  );
}
