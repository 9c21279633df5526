import type { Output } from './output.js';
import type { Snapshot, SourceProgress, ZipProgress } from './snapshot.js';

/** Shows a run while it goes on. */
export interface LiveView {
  show(snapshot: Snapshot): void;
  /** Ends the view: what follows is written below it. */
  end(): void;
}

/** Without a terminal a line is written at most this often. */
const LINE_EVERY_MS = 5_000;
/** ZIPs of a source that are named at one time. */
const MOST_ZIPS = 6;

/** A block drawn over and over on a terminal; elsewhere a line when something changed. */
export function createLiveView(out: Output, now: () => number = Date.now): LiveView {
  return out.redraws ? blockView(out, now) : lineView(out, now);
}

function blockView(out: Output, now: () => number): LiveView {
  const startedAtMs = now();
  let drawn = 0;
  const erase = () => (drawn === 0 ? '' : `\u001b[${drawn}A\u001b[0J`);
  return {
    show(snapshot) {
      const lines = blockOf(snapshot, now() - startedAtMs).map((line) => line.slice(0, out.columns - 1));
      out.raw(`${erase()}${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    end() {
      out.raw(erase());
      drawn = 0;
    },
  };
}

function lineView(out: Output, now: () => number): LiveView {
  let last = '';
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return {
    show(snapshot) {
      const line = lineOf(snapshot);
      if (line === last || now() - lastAtMs < LINE_EVERY_MS) return;
      out.note(line);
      last = line;
      lastAtMs = now();
    },
    end: () => undefined,
  };
}

/** At most about ten lines a source: a block higher than the window could not be drawn over. */
function blockOf(snapshot: Snapshot, elapsedMs: number): string[] {
  return [
    `${headOf(snapshot)}  ${Math.round(elapsedMs / 1_000)} s`,
    ...snapshot.sources.flatMap((source) => {
      const named = namedZips(source);
      const rest = source.zips.length - named.length;
      return [
        `  ${source.name}  ${source.status}${source.details === 0 ? '' : `, ${source.details} details`}`,
        ...named.map((zip) => `    ${zip.zip}  ${bar(zip)}  ${zipText(zip)}`),
        ...(rest === 0 ? [] : [`    ${named.length === 0 ? '' : 'and '}${rest} ZIPs walked or waiting`]),
      ];
    }),
    ...wordsText(snapshot).map((line) => `  ${line}`),
  ];
}

function lineOf(snapshot: Snapshot): string {
  return [headOf(snapshot), ...snapshot.sources.map(sourceText), ...wordsText(snapshot)].join(' | ');
}

function wordsText({ words }: Snapshot): string[] {
  if (words.ready + words.pending === 0) return [];
  return [`words: ${words.ready} ready, ${words.pending} waiting`];
}

function headOf({ phase, paused, counts }: Snapshot): string {
  if (phase === null) return 'waiting for a worker';
  return `${paused ? 'paused in ' : ''}${phase}: ${counts.seen} seen, ${counts.stored} stored`;
}

function sourceText(source: SourceProgress): string {
  const { name, status, zips, details } = source;
  const ended = zips.filter((zip) => zip.status !== 'open').length;
  const parts = [
    `${ended}/${zips.length} ZIPs`,
    ...(details === 0 ? [] : [`${details} details`]),
    ...namedZips(source).map((zip) => `${zip.zip} ${zipText(zip)}`),
  ];
  return `${name} ${status}${zips.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

/** ZIPs worth a name: those on the way, then those that did not end well. */
function namedZips({ zips }: SourceProgress): readonly ZipProgress[] {
  const open = zips.filter((zip) => zip.status === 'open' && zip.seen !== zip.total);
  const notWell = zips.filter((zip) => zip.status !== 'open' && zip.status !== 'complete');
  return [...open, ...notWell].slice(0, MOST_ZIPS);
}

function zipText({ status, seen, total, reason }: ZipProgress): string {
  const figures = total === null ? `${seen}` : `${seen}/${total}`;
  return `${status === 'open' ? 'at' : status} ${figures}${reason === null ? '' : ` (${reason})`}`;
}

const BAR_WIDTH = 20;

function bar({ status, seen, total }: ZipProgress): string {
  const share = total === null || total === 0 ? (status === 'complete' ? 1 : 0) : Math.min(1, seen / total);
  const full = Math.round(share * BAR_WIDTH);
  return `${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}`;
}
