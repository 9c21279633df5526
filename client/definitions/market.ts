import type { Command } from 'commander';
import type { MarketRefreshFlags } from '../commands/market-refresh.js';
import type { Run } from '../context.js';
import { describeCommand, gather } from './describe.js';

export function defineMarket(program: Command, run: Run): void {
  const market = program
    .command('market')
    .summary('published figures about an area')
    .description('Published figures about an area: census, Zillow, Redfin, FHFA');
  describeCommand(market, 'show', 'Show the newest published figures about a ZIP code, each with its source', [
    'market show 85031',
    'market show 85031 --json',
  ])
    .argument('<zip>', 'ZIP code of a market')
    .action(async (zip: string) =>
      run(async (context) => (await import('../commands/market-show.js')).showMarket(context, zip)),
    );
  describeCommand(market, 'refresh', 'Ask for the files whose time has come, and wait for them', [
    'market refresh',
    'market refresh --file zillow-rents --force --json',
  ])
    .option('--file <name...>', 'only these files', gather)
    .option('--force', 'ask though it was asked lately')
    .action(async (flags: MarketRefreshFlags) =>
      run(async (context) => (await import('../commands/market-refresh.js')).refreshMarketData(context, flags)),
    );
}
