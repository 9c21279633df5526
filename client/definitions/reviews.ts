import type { Command } from 'commander';
import type { ReviewsDecideFlags, ReviewsListFlags, ReviewsShowFlags } from '../commands/reviews.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineReviews(program: Command, run: Run): void {
  const reviews = program
    .command('reviews')
    .summary('questions for a person: are a listing and a property one?')
    .description('Questions for a person: are a listing and a property one?');
  describeCommand(reviews, 'list', 'List the questions of a market, the oldest first; or what was merged', [
    'reviews list',
    'reviews list --state merged --limit 20 --json',
  ])
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--state <state>', 'open, decided, settled (the records say it by themselves now) or merged; default open')
    .option('--limit <count>', 'at most so many, 1 to 1000; default 50')
    .action(async (flags: ReviewsListFlags) =>
      run(async (context) => (await import('../commands/reviews.js')).listQuestions(context, flags)),
    );
  describeCommand(reviews, 'show', 'Show a listing and a property side by side, with the reasons and the evidence', [
    'reviews show 3f9a0c1d2e4b',
  ])
    .argument('<id>', 'id of the link, of `phx reviews list`')
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .action(async (id: string, flags: ReviewsShowFlags) =>
      run(async (context) => (await import('../commands/reviews.js')).showQuestion(context, id, flags)),
    );
  describeCommand(
    reviews,
    'decide',
    'Say that a listing and a property are one, or are not; a merge is taken back so',
    [
      'reviews decide 3f9a0c1d2e4b merged --by "A. Operator" --note "same photos"',
      'reviews decide 3f9a0c1d2e4b apart --by "A. Operator" --note "another flat"',
    ],
  )
    .argument('<id>', 'id of the link, of `phx reviews list`')
    .argument('<word>', 'merged or apart')
    .option('--market <name>', 'of this market; default the first of config/markets.json')
    .option('--by <name>', 'who decides')
    .option('--note <text>', 'why, kept with it')
    .action(async (id: string, word: string, flags: ReviewsDecideFlags) =>
      run(async (context) => (await import('../commands/reviews.js')).decideQuestion(context, id, word, flags)),
    );
}
