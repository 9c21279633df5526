import type { Command } from 'commander';
import { gather } from './describe.js';

/** Adds them to a command. */
export function addRunFlags(command: Command): Command {
  return command
    .option('--market <name>', 'market to work on; default the first of config/markets.json')
    .option('--source <name...>', 'only these sources; a unique beginning of the name is enough', gather)
    .option('--zip <zip...>', 'only these ZIP codes', gather)
    .option('--limit <n>', 'most records of each ZIP and source')
    .option('--date <day>', 'run date YYYY-MM-DD in the zone of the market; default today')
    .option('--force', 'walk again what is complete')
    .option('--force-llm', 'ask the model again for every property')
    .option('--llm-seconds <n>', 'seconds the run may spend on the model; 0 for none');
}
