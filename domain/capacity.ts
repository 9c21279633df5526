/** What was measured of one market as it runs now. Nulls where nothing was measured. */
export interface CapacityBase {
  readonly zips: number;
  /** Daily runs that the figures are made of. */
  readonly runs: number;
  readonly databaseBytes: number;
  readonly bytesPerDay: number;
  /** By host: requests of a run on average, and time between two at the ceiling. */
  readonly hosts: readonly { readonly host: string; readonly perRun: number; readonly spacingMs: number }[];
  /** Median minutes of the collect phase. */
  readonly collectMinutes: number | null;
  /** Properties that the model was asked about in a run, on average, and wall time of one. */
  readonly modelPerRun: number;
  readonly msPerProperty: number | null;
  /** Dollars a day on average: what does not grow with the volume, and what does. */
  readonly fixedUsdPerDay: number;
  readonly volumeUsdPerDay: number;
}

/** What there is of each. */
export interface CapacityLimits {
  /** Null: what the disk has free. */
  readonly databaseBytes: number;
  readonly nightMinutes: number;
  readonly modelMinutes: number;
  /** By host, where a budget of requests is set. */
  readonly requestsPerNight: Readonly<Record<string, number>>;
  readonly usdPerMonth: number;
}

/** What is asked about. */
export interface CapacityScale {
  readonly markets: number;
  /** ZIP codes of each market. */
  readonly zips: number;
}

/** One thing that may run out. */
export interface CapacityRow {
  readonly what: string;
  readonly unit: 'bytes' | 'requests' | 'minutes' | 'usd';
  /** In one night, for what begins anew every night; null for what adds up. */
  readonly perNight: number | null;
  /** In 30 and in 90 days. */
  readonly in30: number;
  readonly in90: number;
  /** Of a night where there is a need of a night, else in all. */
  readonly limit: number;
  /** In 90 days or a night, of what there is; more than 1: it does not do. */
  readonly share: number;
  /** Days until it runs out; null for never within what was measured. 0: it does not do from the first night. */
  readonly outInDays: number | null;
  readonly arithmetic: string;
}

const MINUTE_MS = 60_000;
const MONTH_DAYS = 30;

/** Every need at a scale, the first to run out first. Pure: volume grows with the ZIP codes; what is fixed stays. */
export function capacityOf(base: CapacityBase, limits: CapacityLimits, scale: CapacityScale): readonly CapacityRow[] {
  const factor = (scale.markets * scale.zips) / Math.max(1, base.zips);
  const rows = [
    storage(base, limits, factor),
    ...base.hosts.map((host) => requests(host, limits, factor)),
    ...minutes(base, limits, factor),
    ...model(base, limits, factor),
    money(base, limits, factor),
  ];
  return [...rows].sort((a, b) => (a.outInDays ?? 1e9) - (b.outInDays ?? 1e9) || b.share - a.share);
}

const n = (value: number, places = 0) => value.toLocaleString('en-US', { maximumFractionDigits: places });

function storage({ databaseBytes, bytesPerDay }: CapacityBase, limits: CapacityLimits, factor: number): CapacityRow {
  const perDay = bytesPerDay * factor;
  const at = (days: number) => databaseBytes + perDay * days;
  const left = limits.databaseBytes - databaseBytes;
  const mb = (bytes: number) => `${n(bytes / 1e6, 1)} MB`;
  return {
    what: 'storage',
    unit: 'bytes',
    perNight: null,
    in30: at(30),
    in90: at(90),
    limit: limits.databaseBytes,
    share: at(90) / limits.databaseBytes,
    outInDays: left <= 0 ? 0 : perDay <= 0 ? null : Math.floor(left / perDay),
    arithmetic: `${mb(databaseBytes)} now + ${mb(bytesPerDay)} a day x ${n(factor, 2)} x 90 = ${mb(at(90))}, before retention, of ${mb(limits.databaseBytes)}`,
  };
}

/** A need that begins anew every night: it does, or it does not from the first night. */
function nightly(
  row: Omit<CapacityRow, 'perNight' | 'in30' | 'in90' | 'share' | 'outInDays'> & { readonly need: number },
): CapacityRow {
  const { need, ...rest } = row;
  const share = need / row.limit;
  return { ...rest, perNight: need, in30: need * 30, in90: need * 90, share, outInDays: share > 1 ? 0 : null };
}

function requests(
  { host, perRun, spacingMs }: CapacityBase['hosts'][number],
  { nightMinutes, requestsPerNight }: CapacityLimits,
  factor: number,
): CapacityRow {
  const byRate = Math.floor((nightMinutes * MINUTE_MS) / spacingMs);
  const budget = requestsPerNight[host];
  const limit = budget === undefined ? byRate : Math.min(budget, byRate);
  const rate = `${n(nightMinutes)} min at one each ${n(spacingMs)} ms = ${n(byRate)}`;
  return nightly({
    what: `requests to ${host}`,
    unit: 'requests',
    need: perRun * factor,
    limit,
    arithmetic: `${n(perRun)} a run x ${n(factor, 2)} = ${n(perRun * factor)} of ${n(limit)} (${rate}${budget === undefined ? '' : `, budget ${n(budget)}`})`,
  });
}

function minutes(
  { collectMinutes }: CapacityBase,
  { nightMinutes }: CapacityLimits,
  factor: number,
): readonly CapacityRow[] {
  if (collectMinutes === null) return [];
  const need = collectMinutes * factor;
  return [
    nightly({
      what: 'minutes of collection',
      unit: 'minutes',
      need,
      limit: nightMinutes,
      arithmetic: `${n(collectMinutes, 1)} min a run x ${n(factor, 2)} = ${n(need, 1)} of ${n(nightMinutes)}, where all ask the same hosts one after another`,
    }),
  ];
}

function model(
  { modelPerRun, msPerProperty }: CapacityBase,
  { modelMinutes }: CapacityLimits,
  factor: number,
): readonly CapacityRow[] {
  if (msPerProperty === null || modelPerRun === 0) return [];
  const need = (modelPerRun * factor * msPerProperty) / MINUTE_MS;
  return [
    nightly({
      what: 'minutes of the model',
      unit: 'minutes',
      need,
      limit: modelMinutes,
      arithmetic: `${n(modelPerRun)} properties a run x ${n(factor, 2)} x ${n(msPerProperty / 1_000, 2)} s = ${n(need, 1)} min of ${n(modelMinutes)}; what is left waits for the next night`,
    }),
  ];
}

function money(
  { fixedUsdPerDay, volumeUsdPerDay }: CapacityBase,
  { usdPerMonth }: CapacityLimits,
  factor: number,
): CapacityRow {
  const perDay = fixedUsdPerDay + volumeUsdPerDay * factor;
  const month = perDay * MONTH_DAYS;
  return {
    what: 'dollars a month',
    unit: 'usd',
    perNight: null,
    in30: month,
    in90: perDay * 90,
    limit: usdPerMonth,
    share: month / usdPerMonth,
    outInDays: month > usdPerMonth ? Math.floor(usdPerMonth / perDay) : null,
    arithmetic: `(${fixedUsdPerDay.toFixed(4)} fixed + ${volumeUsdPerDay.toFixed(4)} by volume x ${n(factor, 2)}) a day x 30 = ${month.toFixed(2)} of ${usdPerMonth.toFixed(2)}`,
  };
}
