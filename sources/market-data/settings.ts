import type { Config } from '../../core/config.js';
import type { MarketFileName } from '../../core/schemas/market-data.js';
import type { SourceTarget } from '../../net/polite-request.js';

type MarketDataConfig = Pick<
  Config,
  'censusBaseUrl' | 'censusAcsYear' | 'zillowDataBaseUrl' | 'redfinDataBaseUrl' | 'fhfaBaseUrl' | 'marketDataMaxBytes'
>;

/** One file of open market data. */
export interface MarketFile {
  readonly name: MarketFileName;
  /** @param zips of all markets; only the census is asked for areas, the others give whole countries */
  url(zips: readonly string[]): string;
  /** The file itself is packed with gzip. */
  readonly packed: boolean;
  readonly mostBytes: number;
  readonly mostUnpackedBytes: number;
  /** Not asked again before so many days have passed: the publisher's rhythm. */
  readonly everyDays: number;
  /** Months after its period in which a figure is published at the latest; beyond them the file stands still. */
  readonly lateAfterMonths: number;
  /** Who is to be named where figures are shown. */
  readonly credit: string;
}

export interface MarketDataSettings {
  readonly files: Readonly<Record<MarketFileName, MarketFile>>;
  readonly acsYear: number;
  readonly targets: readonly SourceTarget[];
}

const MEGABYTE = 1_048_576;
/** Text packs to a tenth or so; above this ratio it is no table. */
const MOST_UNPACKED = 12;
/** One file after the other, with a pause: these are few and large. */
const LIMIT = { windowLimit: 6, windowMs: 60_000, inFlight: 1, requestTimeoutMs: 7_200_000 };

/** The files there are, and where they may be asked for. */
export function createMarketDataSettings(config: MarketDataConfig): MarketDataSettings {
  const { censusBaseUrl, censusAcsYear, zillowDataBaseUrl, redfinDataBaseUrl, fhfaBaseUrl, marketDataMaxBytes } =
    config;
  const plain = (most: number) => {
    const bytes = Math.min(most * MEGABYTE, marketDataMaxBytes);
    return { packed: false, mostBytes: bytes, mostUnpackedBytes: bytes };
  };
  const zillow = `${zillowDataBaseUrl}/research/public_csvs`;
  return {
    acsYear: censusAcsYear,
    targets: [censusBaseUrl, zillowDataBaseUrl, redfinDataBaseUrl, fhfaBaseUrl].map((url) => ({
      origin: new URL(url).origin,
      limit: LIMIT,
    })),
    files: {
      'census-acs': {
        name: 'census-acs',
        url: (zips) =>
          `${censusBaseUrl}/data/${censusAcsYear}/acs/acs5?get=B25077_001E,B25064_001E&for=zip%20code%20tabulation%20area:${zips.join(',')}`,
        ...plain(8),
        everyDays: 28,
        lateAfterMonths: 26,
        credit: 'US Census Bureau, American Community Survey, 5-year estimates',
      },
      'zillow-values': {
        name: 'zillow-values',
        url: () => `${zillow}/zhvi/Zip_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv`,
        ...plain(400),
        everyDays: 28,
        lateAfterMonths: 3,
        credit: 'Zillow Home Value Index (ZHVI), Zillow Research',
      },
      'zillow-rents': {
        name: 'zillow-rents',
        url: () => `${zillow}/zori/Zip_zori_uc_sfrcondomfr_sm_month.csv`,
        ...plain(100),
        everyDays: 28,
        lateAfterMonths: 3,
        credit: 'Zillow Observed Rent Index (ZORI), Zillow Research',
      },
      'redfin-zip': {
        name: 'redfin-zip',
        url: () => `${redfinDataBaseUrl}/redfin_market_tracker/zip_code_market_tracker.tsv000.gz`,
        packed: true,
        mostBytes: marketDataMaxBytes,
        mostUnpackedBytes: marketDataMaxBytes * MOST_UNPACKED,
        everyDays: 7,
        lateAfterMonths: 3,
        credit: 'Redfin, a national real estate brokerage (redfin.com/news/data-center)',
      },
      'fhfa-hpi': {
        name: 'fhfa-hpi',
        url: () => `${fhfaBaseUrl}/hpi/download/monthly/hpi_master.csv`,
        ...plain(100),
        everyDays: 28,
        lateAfterMonths: 7,
        credit: 'Federal Housing Finance Agency, House Price Index',
      },
    },
  };
}
