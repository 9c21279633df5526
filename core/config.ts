import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { z } from 'zod';
import { BadConfig } from './errors.js';
import { projectRoot } from './paths.js';
import { DATABASE_OF, NAMESPACE_OF } from './schemas/names.js';
import { PERSONAL_DETAILS, SETTINGS } from './settings-table.js';

type Settings = { readonly [K in keyof typeof SETTINGS]: z.infer<(typeof SETTINGS)[K]['schema']> };
/** Where a value came from, in falling precedence. */
export type SettingOrigin = 'flag' | 'environment' | 'secret file' | '.env' | 'running stack' | 'default';
type Variables = Readonly<Record<string, string | undefined>>;

/** All process settings, checked. Secrets are plain strings here; the logger redacts them. */
export interface Config extends Omit<Settings, 'dataFolder' | 'cacheFolder' | 'temporalNamespace'> {
  readonly dataFolder: string;
  readonly cacheFolder: string;
  readonly temporalNamespace: string;
  /** MongoDB database of the mode. */
  readonly database: string;
  /** Origin of each setting by variable name, for `phx config show --origin`. */
  readonly origins: Readonly<Record<string, SettingOrigin>>;
}

export interface ConfigInput {
  /** Values given on the command line, by variable name; win over everything. */
  readonly flags?: Variables;
  readonly env?: Variables;
  /** Settings file; default `.env` in the project folder, which may be missing. A file named here must exist. */
  readonly file?: string;
  /** Addresses of a stack that is up (`stack.json` of the data folder), by variable name; win over defaults only. */
  readonly stack?: Variables;
}

/**
 * Reads every process setting once. Precedence: flag, environment, `NAME_FILE`, settings file, running stack, default.
 * @throws BadConfig with all faults at once; names variables, never values
 */
export function loadConfig({ flags = {}, env = process.env, file, stack = {} }: ConfigInput = {}): Config {
  const faults: string[] = [];
  const layers: readonly (readonly [SettingOrigin, Variables])[] = [
    ['flag', flags],
    ['environment', env],
    ['secret file', secretFiles(env, faults)],
    ['.env', settingsFile(file, faults)],
    ['running stack', stack],
  ];
  const origins: Record<string, SettingOrigin> = {};
  const read = <K extends keyof typeof SETTINGS>(key: K): unknown => {
    const { variable, schema } = SETTINGS[key];
    const layer = layers.find(([, values]) => (values[variable] ?? '') !== '');
    origins[variable] = layer?.[0] ?? 'default';
    const checked = schema.safeParse(layer?.[1][variable]);
    if (checked.success) return checked.data;
    faults.push(`${variable} ${checked.error.issues.map(({ message }) => message).join(', ')}`);
    return undefined;
  };
  const settings: Record<string, unknown> = {};
  for (const key of settingKeys()) settings[key] = read(key);
  if (faults.length > 0) throw new BadConfig(faults);
  if (!isSettings(settings)) throw new BadConfig(['settings are incomplete']);
  checkTogether(settings, faults);
  if (faults.length > 0) throw new BadConfig(faults);
  return {
    ...settings,
    dataFolder: resolve(settings.dataFolder ?? join(projectRoot(), '.data', settings.mode)),
    cacheFolder: resolve(settings.cacheFolder ?? defaultCacheFolder(env)),
    temporalNamespace: settings.temporalNamespace ?? NAMESPACE_OF[settings.mode],
    database: DATABASE_OF[settings.mode],
    origins,
  };
}

/**
 * Connection options for Temporal: address and namespace from `config`, TLS and API key from the `TEMPORAL_*` variables
 * and profile file that every Temporal tool reads.
 */
export function temporalConnection(config: Config) {
  const { connectionOptions } = loadClientConnectConfig();
  return { ...connectionOptions, address: config.temporalAddress };
}

/** Values that must never be seen: given to the logger's and the reports' redaction. Of an address with a password that alone. */
export function secretValues(config: Config): readonly string[] {
  const values = settingKeys().flatMap((key) => {
    const row: { readonly secret?: true } = SETTINGS[key];
    const value = config[key];
    return row.secret && typeof value === 'string' ? secretsIn(value) : [];
  });
  return [...new Set(values.filter((value) => value.length >= SHORTEST_SECRET))];
}

/** Shorter ones would blank ordinary words. */
const SHORTEST_SECRET = 4;

function secretsIn(value: string): readonly string[] {
  if (!value.startsWith('mongodb')) return [value];
  const password = /^mongodb(?:\+srv)?:\/\/[^:@/]+:([^@/]+)@/.exec(value)?.[1];
  return password === undefined ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Folder of downloaded programs and models; may be deleted at any time. */
export function defaultCacheFolder(env: Variables): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'phoenix-collector');
}

function settingKeys(): readonly (keyof typeof SETTINGS)[] {
  const known = (key: string): key is keyof typeof SETTINGS => Object.hasOwn(SETTINGS, key);
  return Object.keys(SETTINGS).filter(known);
}

function isSettings(value: Record<string, unknown>): value is Record<string, unknown> & Settings {
  return settingKeys().every((key) => value[key] !== undefined);
}

function settingsFile(file: string | undefined, faults: string[]): Variables {
  const path = file ?? join(projectRoot(), '.env');
  if (!existsSync(path)) {
    if (file !== undefined) faults.push(`settings file ${file} does not exist`);
    return {};
  }
  return parseEnv(readFileSync(path, 'utf8'));
}

function secretFiles(env: Variables, faults: string[]): Variables {
  const values: Record<string, string> = {};
  for (const { variable, secret } of Object.values<{ variable: string; secret?: true }>(SETTINGS)) {
    const path = env[`${variable}_FILE`];
    if (!secret || !path) continue;
    if (existsSync(path)) values[variable] = readFileSync(path, 'utf8').trim();
    else faults.push(`${variable}_FILE names a file that does not exist`);
  }
  return values;
}

function checkTogether(settings: Settings, faults: string[]): void {
  if (settings.emailEnabled) checkMail(settings, faults);
  if (settings.mode !== 'demo' && !settings.maricopaApiKey) {
    faults.push(`MARICOPA_API_KEY is missing, and mode ${settings.mode} asks the real county service`);
  }
  checkDetails(settings, faults);
  if (settings.captchaPollMs < 5_000 && !isLoopback(settings.captchaBaseUrl)) {
    faults.push('CAPTCHA_POLL_MS must be 5000 at least: the captcha service blocks who asks more often');
  }
  if (settings.proxySources.length > 0 && !settings.webshareApiKey) {
    faults.push('WEBSHARE_API_KEY is missing, and PROXY_SOURCES names sources that go through proxies');
  }
  if (settings.mode === 'production') checkProduction(settings, faults);
}

function checkDetails({ maricopaDetails, personalData }: Settings, faults: string[]): void {
  const personal = maricopaDetails.filter((kind) => PERSONAL_DETAILS.includes(kind));
  if (personal.length > 0 && personalData.length === 0) {
    faults.push(`MARICOPA_DETAILS names ${personal.join(' and ')}, and PHOENIX_PERSONAL_DATA keeps nothing of them`);
  }
  if (personal.length === maricopaDetails.length) {
    faults.push('MARICOPA_DETAILS must name parcel, valuations or residential-details');
  }
}

function checkMail(settings: Settings, faults: string[]): void {
  if (!settings.smtpHost) faults.push('SMTP_HOST is missing, and EMAIL_ENABLED is true');
  if (!settings.senderEmail) faults.push('SENDER_EMAIL is missing, and EMAIL_ENABLED is true');
  if (settings.recipientEmails.length === 0) faults.push('RECIPIENT_EMAILS is missing, and EMAIL_ENABLED is true');
}

const ADDRESSES_OF_SOURCES = [
  'maricopaBaseUrl',
  'phoenixMlsBaseUrl',
  'maricopaGisBaseUrl',
  'resoBaseUrl',
  'resoTokenUrl',
  'slackWebhookUrl',
  'twilioBaseUrl',
  'githubApiUrl',
  'censusBaseUrl',
  'zillowDataBaseUrl',
  'redfinDataBaseUrl',
  'fhfaBaseUrl',
  'webshareBaseUrl',
  'captchaBaseUrl',
  'pimaAssessorBaseUrl',
] as const;

function checkProduction(settings: Settings, faults: string[]): void {
  if (!isLoopback(settings.mongodbUrl) && !/^mongodb(\+srv)?:\/\/[^/@]+@/.test(settings.mongodbUrl)) {
    faults.push('MONGODB_URL has no user, and production refuses an unauthenticated database outside this machine');
  }
  for (const key of ADDRESSES_OF_SOURCES) {
    const address = settings[key];
    if (address?.startsWith('http:') && !isLoopback(address)) {
      faults.push(`${SETTINGS[key].variable} must be https outside this machine`);
    }
  }
}

/** True for an address of this machine. */
export function isLoopback(address: string): boolean {
  return /^[a-z+]+:\/\/(?:[^@/]*@)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/?]|$)/i.test(address);
}
