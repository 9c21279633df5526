import { type Command, Option } from 'commander';
import type { EvaluateFlags } from '../commands/llm-evaluate.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineLlm(program: Command, run: Run): void {
  const llm = program
    .command('llm')
    .summary('the language model, and how well texts are read')
    .description('The language model, and how well texts are read');
  describeCommand(
    llm,
    'evaluate',
    'Measure reading of texts against labelled ones, and hold it against the committed figures',
    ['llm evaluate --rules-only', 'llm evaluate --set hand --json', 'llm evaluate --injections --rules-only'],
  )
    .addOption(new Option('--set <set>', 'labelled texts to read').choices(['sandbox', 'hand', 'all']).default('all'))
    .option('--rules-only', 'without the model')
    .option('--injections', 'instead: try texts that give orders to machines, and say what they change')
    .option('--update', 'make these the figures that later ones are held against (config/evaluation/figures.json)')
    .action(async (flags: EvaluateFlags) =>
      run(async (context) => {
        if (flags.injections) return (await import('../commands/llm-injections.js')).tryInjections(context, flags);
        return (await import('../commands/llm-evaluate.js')).evaluate(context, flags);
      }),
    );
}
