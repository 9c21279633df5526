import type { RunStatus, RunSummary } from '../../core/schemas/run.js';
import { formatCount, plural } from '../format.js';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

const WORD: Readonly<Record<RunStatus, string>> = {
  complete: 'Complete',
  partial: 'Partial',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
const TONE: Readonly<Record<RunStatus, Tone>> = {
  complete: 'good',
  partial: 'warn',
  failed: 'bad',
  cancelled: 'quiet',
};

export interface Verdict {
  readonly word: string;
  readonly tone: Tone;
  /** What matters, in one sentence. */
  readonly sentence: string;
  /** `142 seen = 120 stored + 15 unchanged + 5 quarantined + 2 excluded`. */
  readonly equation: string;
  /** What is wrong with the figures themselves; empty when they agree. Never hidden, whatever the status says. */
  readonly contradictions: readonly string[];
}

/** The first line of a summary and the check of its figures. */
export function verdictOf(summary: RunSummary): Verdict {
  const contradictions = contradictionsOf(summary);
  return {
    word: WORD[summary.status],
    tone: contradictions.length > 0 ? 'bad' : TONE[summary.status],
    sentence: sentenceOf(summary),
    equation: equationOf(summary),
    contradictions,
  };
}

function sentenceOf({ status, counts, missing }: RunSummary): string {
  const fresh = counts.seen > 0 && counts.stored === 0 ? 'nothing new' : `${formatCount(counts.stored)} stored`;
  const figures = `${plural(counts.seen, 'record')} seen, ${fresh}`;
  const gaps = missing.length > 0 ? `${plural(missing.length, 'thing')} missing` : 'nothing missing';
  return `${WORD[status]}: ${figures}, ${gaps}.`;
}

function equationOf({ counts }: RunSummary): string {
  const { seen, stored, unchanged, quarantined, excluded } = counts;
  const parts = { stored, unchanged, quarantined, excluded };
  const right = Object.entries(parts).map(([name, count]) => `${formatCount(count)} ${name}`);
  return `${formatCount(seen)} seen ${seen === sumOf(Object.values(parts)) ? '=' : '≠'} ${right.join(' + ')}`;
}

function contradictionsOf({ status, counts, sources, missing }: RunSummary): string[] {
  const found: string[] = [];
  const { seen, stored, unchanged, quarantined, excluded } = counts;
  const parts = stored + unchanged + quarantined + excluded;
  if (seen !== parts)
    found.push(`The counts do not add up: ${formatCount(seen)} seen, but the parts make ${formatCount(parts)}.`);
  const bySource = sumOf(sources.flatMap(({ zips }) => zips.map((zip) => zip.seen)));
  if (seen !== bySource) {
    found.push(
      `The table does not add up: its rows make ${formatCount(bySource)} seen, the total says ${formatCount(seen)}.`,
    );
  }
  if (status === 'complete' && missing.length > 0) found.push('The status says complete, yet something is missing.');
  return found;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
