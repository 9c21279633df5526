import { z } from 'zod';
import { MODES, SOURCE_NAMES } from './schemas/names.js';
import { PERSONAL_CLASSES } from './schemas/personal.js';
import { dollars, httpUrl, list, oneOf, optionalText, row, secret, whole, yesNo } from './setting-row.js';

/** Answers of the county about one parcel that can be asked for. The last two are about persons. */
export const MARICOPA_DETAILS = [
  'parcel',
  'valuations',
  'residential-details',
  'owner-details',
  'rental-details',
] as const;
/** Those of them that are asked for only where personal data is kept. */
export const PERSONAL_DETAILS: readonly string[] = ['owner-details', 'rental-details'];

/**
 * Every process setting, in the order of `.env.example`. The first 13 names are those of the deployment package.
 * Only `core/config.ts` reads the environment.
 */
export const SETTINGS = {
  maricopaApiKey: secret('MARICOPA_API_KEY', optionalText, 'Token of the Maricopa County Assessor service'),
  webshareApiKey: secret(
    'WEBSHARE_API_KEY',
    optionalText,
    'Key of the proxy service; used only with recorded permission',
  ),
  captchaApiKey: secret(
    'CAPTCHA_API_KEY',
    optionalText,
    'Key of the captcha service; used only with recorded permission',
  ),
  mongodbUrl: secret(
    'MONGODB_URL',
    z
      .string()
      .regex(/^mongodb(\+srv)?:\/\/./, 'must begin with mongodb:// or mongodb+srv://')
      .default('mongodb://127.0.0.1:27017/?directConnection=true'),
    'Address of MongoDB (a replica set, one member is enough)',
  ),
  emailEnabled: row('EMAIL_ENABLED', yesNo.default(false), 'Send reports and notices by mail'),
  smtpHost: row('SMTP_HOST', optionalText, 'Mail server'),
  smtpPort: row(
    'SMTP_PORT',
    whole(1, 65_535).default(587),
    'Port of the mail server; 465 means TLS from the first byte',
  ),
  smtpUsername: row('SMTP_USERNAME', optionalText, 'Log-in at the mail server; empty for none'),
  smtpPassword: secret('SMTP_PASSWORD', optionalText, 'Password at the mail server'),
  senderEmail: row('SENDER_EMAIL', z.email('must be a mail address').nullable().default(null), 'Sender of every mail'),
  recipientEmails: row(
    'RECIPIENT_EMAILS',
    list(z.email('must be mail addresses with commas between')).default([]),
    'Who gets the reports; commas between addresses',
  ),
  ollamaHost: row('OLLAMA_HOST', httpUrl.default('http://127.0.0.1:11434'), 'Address of the model server (Ollama API)'),
  ollamaModel: row('OLLAMA_MODEL', z.string().min(1).default('llama3.2:latest'), 'Model to ask for'),

  mode: row(
    'PHOENIX_MODE',
    z.enum(MODES, { error: `must be one of ${MODES.join(', ')}` }).default('demo'),
    'Which world to work on: demo, test or production',
  ),
  dataFolder: row(
    'PHOENIX_DATA',
    z.string().min(1).nullable().default(null),
    'Folder of databases, artifacts and logs; default .data/<mode>',
  ),
  cacheFolder: row(
    'PHOENIX_CACHE',
    z.string().min(1).nullable().default(null),
    'Folder of downloaded programs and models; default ~/.cache/phoenix-collector',
  ),
  logLevel: row(
    'PHOENIX_LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    'Least level that is logged',
  ),
  contact: row(
    'PHOENIX_CONTACT',
    z.string().min(3).default('operator'),
    'Contact named to the services we ask, in the user agent',
  ),
  extraZips: row(
    'PHOENIX_EXTRA_ZIPS',
    list(z.string().regex(/^\d{5}$/, 'must be ZIP codes of five digits')).default([]),
    'ZIP codes walked beside those of the market; the demo stack adds those of its recordings',
  ),
  ollamaRestartCommand: row(
    'OLLAMA_RESTART_COMMAND',
    optionalText,
    'Program and arguments that start an outside model server anew when it hangs; run without a shell, at most 3 times an hour',
  ),
  llmSeconds: row(
    'PHOENIX_LLM_SECONDS',
    whole(0, 86_400).nullable().default(null),
    'Seconds a sequence may spend on the model; default until 04:15, in demo 120 on the first run of a day and 20 later',
  ),

  temporalAddress: row(
    'TEMPORAL_ADDRESS',
    z.string().min(1).default('127.0.0.1:7233'),
    'Address of the Temporal server',
  ),
  temporalNamespace: row('TEMPORAL_NAMESPACE', optionalText, 'Temporal namespace; default by mode'),
  temporalUiUrl: row('TEMPORAL_UI_URL', httpUrl.nullable().default(null), 'Address of the Temporal Web UI, for links'),
  workerBuildId: row('WORKER_BUILD_ID', optionalText, 'Build id of this worker; switches Worker Versioning on'),
  chromiumPath: row('CHROMIUM_PATH', optionalText, 'Program file of the browser for the listing site'),
  personalData: row(
    'PHOENIX_PERSONAL_DATA',
    list(oneOf(PERSONAL_CLASSES)).default([]),
    `Classes of personal data that are kept, apart from all else (${PERSONAL_CLASSES.join(', ')}); empty keeps none`,
  ),

  maricopaApiKey2: secret(
    'MARICOPA_API_KEY_2',
    optionalText,
    'Second token of the county service, used when the first is refused',
  ),
  maricopaDetails: row(
    'MARICOPA_DETAILS',
    list(oneOf(MARICOPA_DETAILS)).default(['parcel']),
    `What is asked for about one parcel, a request each (${MARICOPA_DETAILS.join(', ')}); parcel holds all of it`,
  ),
  maricopaBaseUrl: row(
    'MARICOPA_BASE_URL',
    httpUrl.default('https://mcassessor.maricopa.gov'),
    'Address of the county service',
  ),
  maricopaWindowLimit: row(
    'MARICOPA_WINDOW_LIMIT',
    whole(1, 1_000_000).default(60),
    'Most requests to the county in one window',
  ),
  maricopaWindowMs: row(
    'MARICOPA_WINDOW_MS',
    whole(100, 3_600_000).default(60_000),
    'Length of that window in milliseconds',
  ),
  maricopaInFlight: row('MARICOPA_IN_FLIGHT', whole(1, 100).default(2), 'Most requests to the county at one time'),
  maricopaRequestBudget: row(
    'MARICOPA_REQUEST_BUDGET',
    whole(1, 1_000_000).default(2_700),
    'Most requests to the county in one sequence',
  ),
  maricopaGisBaseUrl: row(
    'MARICOPA_GIS_BASE_URL',
    httpUrl.default('https://gis.mcassessor.maricopa.gov'),
    "Address of the county's map server",
  ),
  maricopaGisWindowLimit: row(
    'MARICOPA_GIS_WINDOW_LIMIT',
    whole(1, 1_000_000).default(60),
    'Most requests to the map server in one window',
  ),
  maricopaGisWindowMs: row(
    'MARICOPA_GIS_WINDOW_MS',
    whole(100, 3_600_000).default(60_000),
    'Length of that window in milliseconds',
  ),
  maricopaGisInFlight: row(
    'MARICOPA_GIS_IN_FLIGHT',
    whole(1, 100).default(2),
    'Most requests to the map server at one time',
  ),
  phoenixMlsBaseUrl: row(
    'PHOENIX_MLS_BASE_URL',
    httpUrl.default('https://phoenixmlssearch.com'),
    'Address of the listing site',
  ),
  phoenixMlsPaceMs: row(
    'PHOENIX_MLS_PACE_MS',
    whole(10, 600_000).default(3_000),
    'Least time between two pages of the listing site',
  ),
  phoenixMlsStartDelayMs: row(
    'PHOENIX_MLS_START_DELAY_MS',
    whole(0, 86_400_000).default(1_800_000),
    'How long the listing site starts after the county',
  ),
  captchaBaseUrl: row(
    'CAPTCHA_BASE_URL',
    httpUrl.default('https://api.2captcha.com'),
    'Address of the captcha service (2captcha API v2)',
  ),
  captchaPollMs: row(
    'CAPTCHA_POLL_MS',
    whole(20, 60_000).default(5_000),
    'Pause before the captcha service is asked again for a solution; it wants 5 s at least',
  ),
  captchaDayCapUsd: row(
    'CAPTCHA_DAY_CAP_USD',
    dollars(1_000).default(1),
    'Most that captchas may cost in a day (UTC), US dollars; 0 buys none',
  ),
  captchaMonthCapUsd: row(
    'CAPTCHA_MONTH_CAP_USD',
    dollars(10_000).default(5),
    'Most that captchas may cost in a month (UTC), US dollars',
  ),
  resoBaseUrl: row(
    'RESO_BASE_URL',
    httpUrl.default('https://replication.sparkapi.com/Version/3/Reso/OData'),
    'Address of the RESO Web API; the default is that of the Phoenix MLS',
  ),
  resoToken: secret('RESO_TOKEN', optionalText, 'Bearer token of the RESO Web API; or the three settings after it'),
  resoClientId: row('RESO_CLIENT_ID', optionalText, 'Client id for tokens of the RESO Web API'),
  resoClientSecret: secret('RESO_CLIENT_SECRET', optionalText, 'Client secret for tokens of the RESO Web API'),
  resoTokenUrl: row('RESO_TOKEN_URL', httpUrl.nullable().default(null), 'Where those tokens are asked for'),
  resoTokenScope: row('RESO_TOKEN_SCOPE', optionalText, 'Scope of those tokens, where the provider wants one'),
  resoStatuses: row(
    'RESO_STATUSES',
    list(z.string().regex(/^[A-Za-z ]+$/, 'must be statuses in words, with commas between')).default([
      'Active',
      'Active Under Contract',
      'Pending',
      'Coming Soon',
    ]),
    'Statuses of listings that are walked, in the words of the provider (some write ActiveUnderContract)',
  ),
  resoPageRows: row(
    'RESO_PAGE_ROWS',
    whole(1, 1_000).default(25),
    'Listings asked at one time; the licence says how many are allowed',
  ),
  resoWindowLimit: row(
    'RESO_WINDOW_LIMIT',
    whole(1, 1_000_000).default(60),
    'Most requests to the RESO Web API in one window',
  ),
  resoWindowMs: row('RESO_WINDOW_MS', whole(100, 3_600_000).default(60_000), 'Length of that window in milliseconds'),
  resoInFlight: row('RESO_IN_FLIGHT', whole(1, 100).default(2), 'Most requests to the RESO Web API at one time'),
  resoOverlapMinutes: row(
    'RESO_OVERLAP_MINUTES',
    whole(1, 1_440).default(20),
    'Changes of the RESO Web API are asked for from so long before the last complete walk on',
  ),
  resoOldestHours: row(
    'RESO_OLDEST_HOURS',
    whole(1, 8_760).default(72),
    'Age of the last complete walk above which all listings are asked for, not only changes',
  ),
  resoWholeHours: row(
    'RESO_WHOLE_HOURS',
    whole(0, 8_760).default(160),
    'Hours from one walk over all listings to the next; 0 walks all each time',
  ),
  resoKeysHours: row(
    'RESO_KEYS_HOURS',
    whole(0, 8_760).default(0),
    'Hours from one list of all keys to the next, which shows what is gone; 0 asks for it each time',
  ),
  slackWebhookUrl: secret(
    'SLACK_WEBHOOK_URL',
    httpUrl.nullable().default(null),
    'Incoming webhook of Slack for alerts',
  ),
  twilioBaseUrl: row(
    'TWILIO_BASE_URL',
    httpUrl.default('https://api.twilio.com'),
    'Address of the SMS service (Twilio API 2010-04-01)',
  ),
  twilioAccountSid: row('TWILIO_ACCOUNT_SID', optionalText, 'Account at the SMS service'),
  twilioAuthToken: secret('TWILIO_AUTH_TOKEN', optionalText, 'Token of that account'),
  twilioFrom: row(
    'TWILIO_FROM',
    z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be a number like +16025550123')
      .nullable()
      .default(null),
    'Number that SMS come from',
  ),
  githubApiUrl: row(
    'ALERT_GITHUB_API_URL',
    httpUrl.default('https://api.github.com'),
    'Address of the GitHub API, for issues of critical alerts',
  ),
  githubToken: secret('ALERT_GITHUB_TOKEN', optionalText, 'Token that may write issues of the repository'),
  githubRepository: row(
    'ALERT_GITHUB_REPOSITORY',
    z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')
      .nullable()
      .default(null),
    'Repository of those issues, owner/name',
  ),
  webshareBaseUrl: row(
    'WEBSHARE_BASE_URL',
    httpUrl.default('https://proxy.webshare.io'),
    'Address of the proxy service (WebShare API)',
  ),
  proxySources: row(
    'PROXY_SOURCES',
    list(oneOf(SOURCE_NAMES)).default([]),
    'Sources that go through proxies and never without; each needs its permission (phx sources permit --for proxies)',
  ),
  proxyCountries: row(
    'PROXY_COUNTRIES',
    list(z.string().regex(/^[A-Z]{2}$/, 'must be countries of two capitals')).default(['US']),
    'Countries that proxies may be in; commas between',
  ),
  proxyPoolSize: row(
    'PROXY_POOL_SIZE',
    whole(1, 100).default(10),
    'Proxies in use at one time; those further down the list step in when one of them rests',
  ),
  proxyCheckUrl: row(
    'PROXY_CHECK_URL',
    httpUrl.default('https://ipv4.webshare.io'),
    'Page that phx proxies check asks for through each proxy; the default shows the address of who asks',
  ),
  pimaAssessorBaseUrl: row(
    'PIMA_ASSESSOR_BASE_URL',
    httpUrl.default('https://mapdata.tucsonaz.gov'),
    'Address of the map server with the parcels of Pima County',
  ),
  pimaAssessorWindowLimit: row(
    'PIMA_ASSESSOR_WINDOW_LIMIT',
    whole(1, 1_000_000).default(60),
    'Most requests to the map server of Pima County in one window',
  ),
  pimaAssessorWindowMs: row(
    'PIMA_ASSESSOR_WINDOW_MS',
    whole(100, 3_600_000).default(60_000),
    'Length of that window in milliseconds',
  ),
  pimaAssessorInFlight: row(
    'PIMA_ASSESSOR_IN_FLIGHT',
    whole(1, 100).default(2),
    'Most requests to the map server of Pima County at one time',
  ),
  censusBaseUrl: row('CENSUS_BASE_URL', httpUrl.default('https://api.census.gov'), 'Address of the census API'),
  censusAcsYear: row('CENSUS_ACS_YEAR', whole(2015, 2100).default(2024), 'Last year of the five-year survey asked for'),
  zillowDataBaseUrl: row(
    'ZILLOW_DATA_BASE_URL',
    httpUrl.default('https://files.zillowstatic.com'),
    'Address of the published files of Zillow Research',
  ),
  redfinDataBaseUrl: row(
    'REDFIN_DATA_BASE_URL',
    httpUrl.default('https://redfin-public-data.s3.us-west-2.amazonaws.com'),
    'Address of the published files of the Redfin data centre',
  ),
  fhfaBaseUrl: row('FHFA_BASE_URL', httpUrl.default('https://www.fhfa.gov'), 'Address of the house price index'),
  marketDataMaxBytes: row(
    'MARKET_DATA_MAX_BYTES',
    whole(1_000, 100_000_000_000).default(3_000_000_000),
    'Most bytes of one file of open market data, as it comes',
  ),
  metricsHost: row(
    'PHOENIX_METRICS_HOST',
    z.string().min(1).default('127.0.0.1'),
    'Address on which a worker serves /metrics; the figures hold nothing personal, but nothing guards them either',
  ),
  metricsPort: row(
    'PHOENIX_METRICS_PORT',
    whole(0, 65_535).default(9_464),
    'Port of /metrics of the first worker of a machine, the others take the next free ones; 0 serves none',
  ),
  promtoolPath: row(
    'PROMTOOL_PATH',
    optionalText,
    'Program file of promtool, for phx monitoring validate; default the PATH',
  ),
  amtoolPath: row('AMTOOL_PATH', optionalText, 'Program file of amtool, for phx monitoring validate; default the PATH'),
} as const;

/** Names of the deployment package (requirement X3); a settings file with just these starts. */
export const DEPLOYMENT_VARIABLES: readonly string[] = Object.values(SETTINGS)
  .slice(0, 13)
  .map(({ variable }) => variable);
