import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../core/paths.js';
import { type CaptchaDesk, startCaptcha } from './captcha.js';
import { startControl } from './control.js';
import { startCounty } from './county.js';
import { allParcels } from './county-search.js';
import { createDays, type DaysOptions, type WorldDay } from './days.js';
import { createFaults, type FaultRule, type Faults } from './faults.js';
import { gisRecords, startGis } from './gis.js';
import { startListingSite } from './listing-site/index.js';
import type { LayoutName } from './listing-site/layouts.js';
import { type MailServer, startMailServer } from './mail-server.js';
import { type MarketFiles, marketFileVariables, startMarketFiles } from './market-files.js';
import { type NoticeDesk, noticeVariables, startNotices } from './notices.js';
import { startPima } from './pima.js';
import type { Ports } from './ports.js';
import { createRandom } from './random.js';
import { createRequestLog, type LoggedRequest, type RequestLog } from './request-log.js';
import { RESO_ROOT, RESO_TOKEN_PATH, startReso } from './reso.js';
import { showDay } from './reso-days.js';
import type { ResoDesk } from './reso-desk.js';
import type { ResoQuota } from './reso-quota.js';
import { canonicalTruth } from './truth.js';
import { CHECK_PATH, startWebshare, type WebshareService } from './webshare.js';
import { createWorld, MARKET_ZIPS, type World } from './world.js';

export interface SandboxOptions {
  /** Folder of recorded exchanges; default the one that comes with the project. */
  readonly recordings?: string;
  /** Most parcels of a ZIP; default 120. */
  readonly parcelsPerZip?: number;
  /** Default `phoenix`. */
  readonly seed?: string;
  /** Default 40. */
  readonly listings?: number;
  /** Template of the listing site; default `classic`. */
  readonly listingLayout?: LayoutName;
  /** Faults that strike from the start. */
  readonly faultPlan?: readonly FaultRule[];
  /** The right token of the county service. */
  readonly token?: string;
  /** Where the truth about every parcel and listing is written, as JSON. */
  readonly truthFile?: string;
  /** Where every request is appended, as JSON lines. */
  readonly logFile?: string;
  /** Where received mails are kept as `.eml`. */
  readonly mailFolder?: string;
  /** Default any free ones; given by whoever must find the services again after a restart. */
  readonly ports?: Ports;
  /** Most rows of a page of the map layers of both counties; default 1,000. */
  readonly gisPageRows?: number;
  /** Most rows of a page of the RESO service; default 25. */
  readonly resoPageRows?: number;
  /** Life of a token of the RESO service in seconds; default 3,600. */
  readonly resoTokenSeconds?: number;
  /** How links of the RESO service find the next page; default `row`. */
  readonly resoPagingBy?: 'row' | 'number';
  /** Left out: the RESO service allows as many requests as are sent. */
  readonly resoQuota?: ResoQuota;
  /** Left out: every day is like the first. County, listing site and RESO service move; map layers do not. */
  readonly days?: DaysOptions;
}

/** A running sandbox. */
export interface Sandbox {
  readonly world: World;
  /** The day that it is; null without `days`. */
  today(): WorldDay | null;
  /** The next day begins at all services. @throws Error without `days`, and after the last one */
  nextDay(): WorldDay;
  readonly county: {
    readonly url: string;
    readonly token: string;
    /** Another token that is right, too; in no variable by default. */
    readonly secondToken: string;
    /** Requests so far, by arrival. */
    readonly log: readonly LoggedRequest[];
  };
  readonly listingSite: { readonly url: string; readonly log: readonly LoggedRequest[] };
  /** The county's map layer of parcels. */
  readonly gis: { readonly url: string; readonly log: readonly LoggedRequest[] };
  /** The parcels of Pima County. */
  readonly pima: { readonly url: string; readonly log: readonly LoggedRequest[] };
  /** Published files of open market data; `revise` gives a file another text and another tag. */
  readonly marketFiles: Pick<MarketFiles, 'url' | 'revise'> & { readonly log: readonly LoggedRequest[] };
  /** The RESO Web API with its token service; `secret` is the client's. */
  readonly reso: {
    readonly url: string;
    readonly secret: string;
    readonly desk: ResoDesk;
    readonly log: readonly LoggedRequest[];
  };
  /** The captcha service; `key` is the account's. */
  readonly captcha: {
    readonly url: string;
    readonly key: string;
    readonly desk: CaptchaDesk;
    readonly log: readonly LoggedRequest[];
  };
  /** Slack, SMS and GitHub: what they took. */
  readonly notices: { readonly url: string; readonly desk: NoticeDesk; readonly log: readonly LoggedRequest[] };
  /** The proxy service and its forward proxies. */
  readonly webshare: WebshareService;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly smtp: MailServer;
  /** Address of the control service. */
  readonly control: string;
  /** Environment variables that make a worker talk to this sandbox. */
  readonly variables: Readonly<Record<string, string>>;
  /** Ends every service and open connection. */
  stop(): Promise<void>;
}

/**
 * Starts all services on 127.0.0.1.
 * @throws BadConfig when the recordings folder is not of the form, Error of the socket when a port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 'phoenix', token = 'sandbox-county-token', ports } = options;
  const portOf = (name: keyof Ports): number => ports?.[name] ?? 0;
  const secondToken = `${token}-second`;
  const layout = options.listingLayout === undefined ? {} : { layout: options.listingLayout };
  const start = createWorld({
    recordings: options.recordings ?? join(projectRoot(), 'sandbox', 'recordings', 'maricopa'),
    parcelsPerZip: options.parcelsPerZip ?? 120,
    seed,
    ...(options.listings === undefined ? {} : { listings: options.listings }),
  });
  const days = options.days === undefined ? null : createDays(start, options.days);
  const world = days?.world ?? start;
  if (options.truthFile !== undefined) writeTruth(world, options.truthFile);
  if (options.logFile !== undefined) mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createRequestLog(options.logFile ?? null);
  const faults = createFaults(createRandom(`${seed}/faults`));
  for (const rule of options.faultPlan ?? []) faults.add(rule);
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((service) => service.stop()));
  };
  const keep = <T extends { stop(): Promise<void> }>(service: T): T => {
    started.push(service);
    return service;
  };
  try {
    const county = keep(
      await startCounty(world, { tokens: [token, secondToken], log, faults, port: portOf('county') }),
    );
    const captcha = keep(await startCaptcha({ log, faults, port: portOf('captcha'), key: CAPTCHA_KEY }));
    const takesToken = captcha.desk.take;
    const listingSite = keep(
      await startListingSite(world, { log, faults, port: portOf('listingSite'), takesToken, ...layout }),
    );
    const smtp = keep(await startMailServer(options.mailFolder ?? null, portOf('mail')));
    const gis = keep(await startGis(world, { log, faults, port: portOf('gis'), ...gisPages(options) }));
    const parcelsPerZip = options.parcelsPerZip ?? 120;
    const pima = keep(
      await startPima({ seed, parcelsPerZip, log, faults, port: portOf('pima'), ...gisPages(options) }),
    );
    const marketFiles = keep(await startMarketFiles({ log, faults, port: portOf('marketFiles') }));
    const client = { clientId: RESO_CLIENT_ID, clientSecret: RESO_CLIENT_SECRET };
    const reso = keep(await startReso(world, { log, faults, port: portOf('reso'), ...client, ...resoTuning(options) }));
    const webshare = keep(await startWebshare({ log, faults, key: WEBSHARE_KEY, port: portOf('webshare') }));
    const notices = keep(await startNotices({ log, faults, port: portOf('notices') }));
    const { proxies } = webshare;
    const nextDay = (): WorldDay => {
      if (days === null) throw new Error('the sandbox was started with one day');
      const day = days.next();
      showDay(reso.desk, day, seed);
      return day;
    };
    const control = keep(
      await startControl({
        log,
        faults,
        mail: smtp,
        captcha: captcha.desk,
        proxies,
        notices: notices.desk,
        port: portOf('control'),
      }),
    );
    return {
      world,
      today: () => days?.today ?? null,
      nextDay,
      county: {
        url: county.url,
        token,
        secondToken,
        get log() {
          return log.entries({ service: 'county' });
        },
      },
      listingSite: {
        url: listingSite.url,
        get log() {
          return log.entries({ service: 'listing-site' });
        },
      },
      gis: {
        url: gis.url,
        get log() {
          return log.entries({ service: 'gis' });
        },
      },
      pima: {
        url: pima.url,
        get log() {
          return log.entries({ service: 'pima' });
        },
      },
      marketFiles: {
        url: marketFiles.url,
        revise: marketFiles.revise,
        get log() {
          return log.entries({ service: 'market-files' });
        },
      },
      reso: {
        url: reso.url,
        secret: RESO_CLIENT_SECRET,
        desk: reso.desk,
        get log() {
          return log.entries({ service: 'reso' });
        },
      },
      captcha: {
        url: captcha.url,
        key: CAPTCHA_KEY,
        desk: captcha.desk,
        get log() {
          return log.entries({ service: 'captcha' });
        },
      },
      notices: {
        url: notices.url,
        desk: notices.desk,
        get log() {
          return log.entries({ service: 'notices' });
        },
      },
      webshare,
      log,
      faults,
      smtp,
      control: control.url,
      variables: {
        ...variablesOf(world, county.url, token, listingSite.url, smtp),
        ...gisVariables('MARICOPA_GIS', gis.url),
        ...gisVariables('PIMA_ASSESSOR', pima.url),
        ...marketFileVariables(marketFiles.url),
        ...resoVariables(reso.url),
        ...captchaVariables(captcha.url),
        ...noticeVariables(notices.url),
        WEBSHARE_BASE_URL: webshare.url,
        WEBSHARE_API_KEY: WEBSHARE_KEY,
        PROXY_CHECK_URL: `${webshare.url}${CHECK_PATH}`,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function variablesOf(world: World, countyUrl: string, token: string, listingUrl: string, smtp: MailServer) {
  return {
    MARICOPA_BASE_URL: countyUrl,
    MARICOPA_API_KEY: token,
    ...allowance('MARICOPA'),
    PHOENIX_MLS_BASE_URL: listingUrl,
    PHOENIX_MLS_PACE_MS: '150',
    PHOENIX_MLS_START_DELAY_MS: '0',
    EMAIL_ENABLED: 'true',
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SENDER_EMAIL: 'collector@sandbox.example',
    RECIPIENT_EMAILS: 'operator@sandbox.example',
    PHOENIX_EXTRA_ZIPS: world.zips.filter((zip) => !MARKET_ZIPS.includes(zip)).join(','),
  };
}

/**
 * The sandbox's own allowance, faster than that of any service: 21 ms between requests with the limiter's margin. As many in a window
 * as the county allows, since the limiter keeps the times of a window.
 */
function allowance(prefix: string) {
  return { [`${prefix}_WINDOW_LIMIT`]: '60', [`${prefix}_WINDOW_MS`]: '960', [`${prefix}_IN_FLIGHT`]: '4' };
}

function gisVariables(prefix: string, url: string) {
  return { [`${prefix}_BASE_URL`]: url, ...allowance(prefix) };
}

const RESO_CLIENT_ID = 'sandbox-client';
const RESO_CLIENT_SECRET = 'sandbox-reso-secret';

function resoVariables(url: string) {
  return {
    RESO_BASE_URL: `${url}${RESO_ROOT}`,
    RESO_CLIENT_ID,
    RESO_CLIENT_SECRET,
    RESO_TOKEN_URL: `${url}${RESO_TOKEN_PATH}`,
    ...allowance('RESO'),
  };
}

const WEBSHARE_KEY = 'sandbox-webshare-key';
const CAPTCHA_KEY = 'sandbox-captcha-key';

/** The stand-in solves faster than people do, and may be asked more often. */
function captchaVariables(url: string) {
  return { CAPTCHA_BASE_URL: url, CAPTCHA_API_KEY: CAPTCHA_KEY, CAPTCHA_POLL_MS: '150' };
}

const resoTuning = ({ resoPageRows, resoTokenSeconds, resoPagingBy, resoQuota }: SandboxOptions) => ({
  ...(resoPagingBy === undefined ? {} : { pagingBy: resoPagingBy }),
  ...(resoQuota === undefined ? {} : { quota: resoQuota }),
  ...(resoPageRows === undefined ? {} : { pageRows: resoPageRows }),
  ...(resoTokenSeconds === undefined ? {} : { tokenSeconds: resoTokenSeconds }),
});

const gisPages = ({ gisPageRows }: SandboxOptions) => (gisPageRows === undefined ? {} : { pageRows: gisPageRows });

function writeTruth(world: World, file: string): void {
  const shownByGis = gisRecords(world);
  const parcels = allParcels(world).map((parcel) => {
    const gis = shownByGis.get(parcel.facts.apn);
    return {
      parcelNumber: parcel.facts.apn,
      zip: parcel.facts.zip,
      origin: parcel.origin,
      values: canonicalTruth(parcel),
      gis: gis === undefined ? null : { values: gis.truth, disagreements: gis.disagreements },
    };
  });
  mkdirSync(dirname(file), { recursive: true });
  const { seed, day, zips, listings } = world;
  writeFileSync(file, `${JSON.stringify({ seed, day, zips, parcels, listings }, null, 1)}\n`);
}
