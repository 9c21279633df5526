import type { Command } from 'commander';
import type { CaptchaStatusFlags } from '../commands/captcha.js';
import type { Run } from '../context.js';
import { describeCommand } from './describe.js';

export function defineCaptcha(program: Command, run: Run): void {
  const captcha = program
    .command('captcha')
    .summary('captchas that were bought: figures, caps, balance')
    .description('Captchas that were bought: figures, caps, balance');
  describeCommand(captcha, 'status', 'Show how captchas ended, what they cost, and what the caps leave', [
    'captcha status',
    'captcha status --since 2026-11-01 --json',
  ])
    .option('--since <when>', 'day YYYY-MM-DD in the zone of the market, or an instant; default all that is kept')
    .action(async (flags: CaptchaStatusFlags) =>
      run(async (context) => (await import('../commands/captcha.js')).captchaStatus(context, flags)),
    );
  describeCommand(captcha, 'balance', 'Ask the captcha service what is left on the account; costs nothing', [
    'captcha balance',
    'captcha balance --json',
  ]).action(async () => run(async (context) => (await import('../commands/captcha.js')).captchaBalance(context)));
}
