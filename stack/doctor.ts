import { createTransport } from 'nodemailer';
import { type Config, temporalConnection } from '../core/config.js';
import { runDateOf } from '../core/dates.js';
import { askDatabase } from './database-ready.js';
import { checkDisk } from './disk-space.js';
import type { DoctorLine } from './doctor-line.js';
import { errorText } from './error-code.js';
import { askOllama, servedAs } from './ollama-api.js';
import { findBrowser, tryBrowser } from './resolve-browser.js';
import { askTemporal } from './temporal-ready.js';

const ANSWER_MS = 4_000;
/** The limiter takes the database's time, so ours may differ; logs and run dates should not by more. */
const CLOCK_WARNING_MS = 2_000;
const UP = 'phx stack up';

/** Asks every part that the settings name. Installs and changes nothing; never throws. */
export function runDoctor(config: Config): Promise<readonly DoctorLine[]> {
  return Promise.all([
    checkConfig(config),
    checkTemporal(config),
    checkMongodb(config),
    checkLlm(config),
    checkBrowser(config),
    checkSmtp(config),
    checkDisk(config.dataFolder),
    checkClock(config),
  ]);
}

async function checkConfig({ mode, dataFolder, origins }: Config): Promise<DoctorLine> {
  const set = Object.entries(origins).filter(([, origin]) => origin !== 'default');
  const evidence = `mode ${mode}, data in ${dataFolder}, ${set.length} of ${Object.keys(origins).length} settings set`;
  return { part: 'config', state: 'ok', evidence, fix: null };
}

async function checkTemporal(config: Config): Promise<DoctorLine> {
  const { temporalAddress: address } = config;
  try {
    const version = await askTemporal(temporalConnection(config), ANSWER_MS);
    return { part: 'temporal', state: 'ok', evidence: `server ${version} at ${address}`, fix: null };
  } catch (error) {
    const evidence = `${address} does not answer (${errorText(error)})`;
    return { part: 'temporal', state: 'problem', evidence, fix: `${UP}, or set TEMPORAL_ADDRESS` };
  }
}

async function checkMongodb({ mongodbUrl }: Config): Promise<DoctorLine> {
  const facts = await askDatabase(mongodbUrl, ANSWER_MS).catch(() => null);
  if (facts === null) {
    const evidence = 'the server in MONGODB_URL does not answer';
    return { part: 'mongodb', state: 'problem', evidence, fix: `${UP}, or set MONGODB_URL` };
  }
  if (facts.replicaSet === null) {
    const fix = 'start mongod with --replSet rs0 and call rs.initiate() once: one member is enough';
    return { part: 'mongodb', state: 'problem', evidence: 'no replica set: transactions would fail', fix };
  }
  const evidence = `version ${facts.version}, replica set ${facts.replicaSet}`;
  if (facts.writable) return { part: 'mongodb', state: 'ok', evidence, fix: null };
  const fix = 'wait for an election, or name all members in MONGODB_URL';
  return { part: 'mongodb', state: 'problem', evidence: `${evidence}, takes no writes`, fix };
}

async function checkLlm({ ollamaHost, ollamaModel }: Config): Promise<DoctorLine> {
  const facts = await askOllama(ollamaHost, ANSWER_MS);
  if (facts === null) {
    const evidence = `${ollamaHost} does not answer: texts are written by rules alone`;
    return { part: 'llm', state: 'warning', evidence, fix: `${UP}, or set OLLAMA_HOST` };
  }
  const server = `Ollama API ${facts.version} at ${ollamaHost}`;
  if (servedAs(ollamaModel, facts.models) !== null) {
    return { part: 'llm', state: 'ok', evidence: `${server}, model ${ollamaModel}`, fix: null };
  }
  const evidence = `${server} has no model ${ollamaModel}; it has ${facts.models.join(', ') || 'none'}`;
  return { part: 'llm', state: 'warning', evidence, fix: `ollama pull ${ollamaModel}, or set OLLAMA_MODEL` };
}

async function checkBrowser(config: Config): Promise<DoctorLine> {
  const fix = 'install Chromium or set CHROMIUM_PATH';
  const path = config.chromiumPath ?? (await findBrowser(config))?.path ?? null;
  if (path === null) {
    const evidence = 'none found: the listing site is skipped until the stack has installed one';
    return { part: 'browser', state: 'warning', evidence, fix: `${UP}, or ${fix}` };
  }
  try {
    return { part: 'browser', state: 'ok', evidence: `${path} started, version ${await tryBrowser(path)}`, fix: null };
  } catch (error) {
    const [reason = ''] = errorText(error).split('\n');
    return { part: 'browser', state: 'warning', evidence: `${path} does not start: ${reason}`, fix };
  }
}

async function checkSmtp({
  emailEnabled,
  smtpHost,
  smtpPort,
  smtpUsername,
  smtpPassword,
}: Config): Promise<DoctorLine> {
  if (!emailEnabled || smtpHost === null) {
    return { part: 'smtp', state: 'ok', evidence: 'mail is off (EMAIL_ENABLED)', fix: null };
  }
  const server = `${smtpHost}:${smtpPort}`;
  const transport = createTransport({
    host: smtpHost,
    port: smtpPort,
    secure: smtpPort === 465,
    connectionTimeout: ANSWER_MS,
    greetingTimeout: ANSWER_MS,
    socketTimeout: ANSWER_MS,
    ...(smtpUsername === null ? {} : { auth: { user: smtpUsername, pass: smtpPassword ?? '' } }),
  });
  try {
    await transport.verify();
    return { part: 'smtp', state: 'ok', evidence: `${server} takes mail from us`, fix: null };
  } catch (error) {
    const fix = 'check SMTP_HOST, SMTP_PORT, SMTP_USERNAME and SMTP_PASSWORD';
    return { part: 'smtp', state: 'warning', evidence: `${server}: ${errorText(error)}`, fix };
  } finally {
    transport.close();
  }
}

async function checkClock({ mongodbUrl }: Config): Promise<DoctorLine> {
  const facts = await askDatabase(mongodbUrl, ANSWER_MS).catch(() => null);
  const evidence = `${new Date().toISOString()}, in Phoenix ${runDateOf(Date.now(), 'America/Phoenix')}`;
  if (facts === null) {
    const alone = `${evidence}; no database to compare with`;
    return { part: 'clock', state: 'warning', evidence: alone, fix: UP };
  }
  const apart = `${evidence}; the database is ${facts.clockAheadMs} ms ahead`;
  if (Math.abs(facts.clockAheadMs) <= CLOCK_WARNING_MS)
    return { part: 'clock', state: 'ok', evidence: apart, fix: null };
  return { part: 'clock', state: 'warning', evidence: apart, fix: 'set both clocks by NTP' };
}
