import { isRunDate, runDateOf } from '../core/dates.js';
import { defaultMarket, loadMarkets, type Market } from '../core/product-settings.js';
import { MODES, type Mode, SOURCE_NAMES, type SourceName } from '../core/schemas/names.js';
import { DEFAULT_RUN_OPTIONS, type RunOptions } from '../core/schemas/run.js';
import { CliError } from './errors.js';
import { nearest } from './nearest.js';

/** Flags that say what a run does; the same for `phx start` and `phx runs start`. Texts are checked by `readRunFlags`. */
export interface RunFlags {
  readonly market?: string;
  readonly source?: readonly string[];
  readonly zip?: readonly string[];
  readonly limit?: string;
  readonly date?: string;
  readonly force?: true;
  readonly forceLlm?: true;
  readonly llmSeconds?: string;
}

/** What a person asked for, checked. */
export interface RunRequest {
  readonly market: string;
  /** `YYYY-MM-DD` in the zone of the market. */
  readonly runDate: string;
  readonly options: RunOptions;
}

/** Collects every problem of a command line before one is reported. */
export class Faults {
  readonly #found: string[] = [];

  add(fault: string): null {
    this.#found.push(fault);
    return null;
  }

  /** @throws CliError (UsageError) with all of them */
  throwAny(hint: string | null = null): void {
    if (this.#found.length > 0) throw new CliError('UsageError', this.#found, hint);
  }
}

const MOST_RECORDS = 1_000_000;
const SECONDS_OF_DAY = 86_400;

/** Reads the flags of a run; adds what is wrong with them to `faults`, so the caller can add its own and report all. */
export function readRunFlags(flags: RunFlags, faults: Faults): RunRequest {
  const [name, market] = theMarket(flags.market);
  return {
    market: name,
    runDate: readDate(flags.date, market, faults),
    options: {
      sources: wholeMarket(market, readSources(flags.source, faults)),
      zips: readZips(flags.zip, faults),
      limit: readWhole('--limit', flags.limit, 1, MOST_RECORDS, faults),
      force: flags.force === true,
      forceLlm: flags.forceLlm === true,
      llmSeconds: readWhole('--llm-seconds', flags.llmSeconds, 0, SECONDS_OF_DAY, faults),
    },
  };
}

/** The market that a command works on: the one named, else the first of `config/markets.json`. @throws CliError (UsageError) */
export function theMarket(named?: string): readonly [string, Market] {
  const markets = loadMarkets();
  const name = named ?? defaultMarket(markets);
  const market = Object.hasOwn(markets, name) ? markets[name] : undefined;
  if (market) return [name, market];
  throw new CliError('UsageError', `market ${name} is unknown`, `there are: ${Object.keys(markets).join(', ')}`);
}

/** Today in the zone of the market. */
export function today({ timeZone }: Market): string {
  return runDateOf(Date.now(), timeZone);
}

/** The mode of the command line; null when the settings decide. */
export function readMode(text: string | null, faults: Faults): Mode | null {
  if (text === null) return null;
  return MODES.find((mode) => mode === text) ?? faults.add(`--mode must be one of ${MODES.join(', ')}, not "${text}"`);
}

function readDate(text: string | undefined, market: Market, faults: Faults): string {
  if (text === undefined) return today(market);
  if (!isRunDate(text)) faults.add(`--date must be a day of the calendar as YYYY-MM-DD, not "${text}"`);
  return text;
}

/** A number without sign, from `least` to `most`; null when the flag is not given. */
export function readWhole(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
  faults: Faults,
): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  return faults.add(`${flag} must be a whole number from ${least} to ${most}, not "${text}"`);
}

/** Names sources by unique beginnings of their names. Null when none is named. */
export function readSources(texts: readonly string[] | undefined, faults: Faults): readonly SourceName[] | null {
  if (texts === undefined) return null;
  const named = texts.flatMap((text) => readSource(text, faults) ?? []);
  return SOURCE_NAMES.filter((name) => named.includes(name));
}

function readSource(text: string, faults: Faults): SourceName | null {
  const matching = SOURCE_NAMES.filter((name) => text !== '' && name.startsWith(text));
  const [only] = matching;
  if (only && (matching.length === 1 || only === text)) return only;
  if (matching.length > 1) return faults.add(`source "${text}" may be ${matching.join(' or ')}: give more of the name`);
  const like = nearest(text, SOURCE_NAMES);
  const known = `there are: ${SOURCE_NAMES.join(', ')}`;
  return faults.add(`source "${text}" is unknown; ${known}${like === null ? '' : `; did you mean ${like}?`}`);
}

/** ZIP codes, sorted, each once. Null when none is named. */
export function readZips(texts: readonly string[] | undefined, faults: Faults): readonly string[] | null {
  if (texts === undefined) return null;
  for (const text of texts) if (!/^\d{5}$/.test(text)) faults.add(`ZIP code "${text}" is not five digits`);
  return [...new Set(texts)].sort();
}

/** All sources of the market by name are the same as no choice: the same request must get the same workflow id. */
function wholeMarket(market: Market, sources: readonly SourceName[] | null): readonly SourceName[] | null {
  if (sources === null) return DEFAULT_RUN_OPTIONS.sources;
  return market.sources.every((name) => sources.includes(name)) ? null : sources;
}
