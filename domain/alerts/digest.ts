import type { Notice } from './notice.js';

/** The daily mail of what needs nobody at once. The same notices give the same words. */
export function digestOf(market: string, day: string, mode: string, notices: readonly Notice[]): Notice {
  const demo = mode === 'production' ? '' : ` (${mode})`;
  const parts = notices.map(({ title, body }) => `${title}\n${body.trimEnd().replaceAll(/^/gm, '  ')}`);
  return {
    title: `[INFO] ${market}${demo}: ${notices.length} notices of ${day}`,
    body: `${parts.join('\n\n')}\n`,
  };
}
