import type { Indicator } from '../../../core/schemas/market-data.js';

/** Areas whose figures are kept. */
export interface Areas {
  readonly zips: ReadonlySet<string>;
  /** Numbers of metropolitan areas (CBSA), for example `38060`. */
  readonly metros: ReadonlySet<string>;
}

/** What a file says about our areas. */
export interface FileReading {
  readonly indicators: readonly Indicator[];
  /** Rows of our areas that could not be understood, each with its place and what is wrong. */
  readonly rejects: readonly { readonly place: string; readonly reason: string }[];
}

/**
 * Reads one file as its lines come, and keeps what is about our areas. Pure but for the lines.
 * @throws SchemaDrift when a column is gone or the file is something else; SourceUnavailable for a page during upkeep
 */
export type FileReader = (lines: AsyncIterable<string>, areas: Areas) => Promise<FileReading>;

export const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Gathers what a file says. */
export interface Gathering extends FileReading {
  readonly indicators: Indicator[];
  readonly rejects: { place: string; reason: string }[];
  /** A figure, or a reject where there is none (`value` null) or one below `least`. */
  figure(base: Omit<Indicator, 'value' | 'reason'>, value: number | null, least: number): void;
}

export function startGathering(): Gathering {
  const indicators: Indicator[] = [];
  const rejects: { place: string; reason: string }[] = [];
  return {
    indicators,
    rejects,
    figure(base, value, least) {
      if (value === null || value < least) rejects.push({ place: base.place, reason: 'is no figure' });
      else indicators.push({ ...base, value, reason: null });
    },
  };
}
