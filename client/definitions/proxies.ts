import type { Command } from 'commander';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineProxies(program: Command, run: Run): void {
  const proxies = program
    .command('proxies')
    .summary('proxies that sources may go through: health, check, rotation')
    .description('Proxies that sources may go through: health, check, rotation');
  describeCommand(proxies, 'list', 'Show how each proxy has done, from the database alone', [
    'proxies list',
    'proxies list --json',
  ]).action(async () => run(async (context) => (await import('../commands/proxies.js')).listProxies(context)));
  describeCommand(proxies, 'check', 'Read the list anew and try every proxy; what works is used again at once', [
    'proxies check',
    'proxies check --json',
  ]).action(async () => run(async (context) => (await import('../commands/proxies.js')).checkAll(context)));
  describeCommand(
    proxies,
    'rotate',
    'End the visitors who come through proxies, so that the next come through others',
    ['proxies rotate', 'proxies rotate webshare:d-10513'],
  )
    .argument('[proxy]', 'only those of this proxy, which rests for an hour then; its id as in the list')
    .action(async (proxy: string | undefined) =>
      run(async (context) => (await import('../commands/proxies.js')).rotate(context, proxy ?? null)),
    );
}
