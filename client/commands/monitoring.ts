import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Config } from '../../core/config.js';
import { NetworkError } from '../../core/errors.js';
import { projectRoot } from '../../core/paths.js';
import { loadAlertRules, loadMonitoring } from '../../core/product-settings.js';
import { type RenderedFile, renderMonitoring, type WitnessMail } from '../../domain/monitoring/render.js';
import { findProgram } from '../../stack/find-program.js';
import { runCommand } from '../../stack/run-command.js';
import { readSetting } from '../connect.js';
import type { CliContext } from '../context.js';

export interface MonitoringFlags {
  readonly out?: string;
  readonly check?: true;
  readonly prometheus?: string;
  readonly alertmanager?: string;
}

/** Exit code of the CLI conventions: the check found a problem. */
const PROBLEM = 3;
const CHECK_MS = 30_000;
const RELOAD_MS = 10_000;

interface File {
  readonly path: string;
  readonly text: string;
}

/** The files as they must be. */
export function monitoringFiles(config: Config): readonly File[] {
  const { metricsPort } = config;
  const rendered = renderMonitoring({
    rules: loadAlertRules(),
    monitoring: loadMonitoring(),
    metricsPort,
    mail: mailOf(config),
  });
  return rendered.map(({ path, head, content }: RenderedFile) => ({
    path,
    text: `# ${head}\n${stringify(content, { lineWidth: 0 })}`,
  }));
}

function mailOf({ emailEnabled, smtpHost, smtpPort, smtpUsername, senderEmail, recipientEmails }: Config) {
  if (!emailEnabled || smtpHost === null || senderEmail === null || recipientEmails.length === 0) return null;
  const mail: WitnessMail = {
    smarthost: `${smtpHost}:${smtpPort}`,
    from: senderEmail,
    to: recipientEmails,
    username: smtpUsername,
  };
  return mail;
}

/** Writes the files, or says which are not as they would be written. */
export async function renderFiles(context: CliContext, flags: MonitoringFlags): Promise<number> {
  const { config } = await readSetting(context);
  const folder = flags.out ?? projectRoot();
  const files = await Promise.all(
    monitoringFiles(config).map(async ({ path, text }) => {
      const before = await readFile(join(folder, path), 'utf8').catch(() => null);
      return { path, text, same: before === text };
    }),
  );
  if (flags.check !== true) await writeFiles(folder, files);
  const differ = files.filter(({ same }) => !same).map(({ path }) => path);
  context.out.document({
    schemaVersion: 1,
    written: flags.check !== true,
    files: files.map(({ path }) => path),
    differ,
  });
  const verb = flags.check === true ? 'is not as it would be written' : 'written';
  for (const path of differ) context.out.data(`${path}: ${verb}`);
  if (differ.length === 0) context.out.data(`${files.length} files are as they must be`);
  return flags.check === true && differ.length > 0 ? PROBLEM : 0;
}

async function writeFiles(folder: string, files: readonly File[]): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Lets the vendors' own tools check the files. One that is not there is said, and is a problem: nothing was checked. */
export async function validateFiles(context: CliContext, flags: MonitoringFlags): Promise<number> {
  const { config } = await readSetting(context);
  const folder = join(flags.out ?? projectRoot(), 'deploy');
  const checks = await Promise.all([
    check('promtool', config.promtoolPath, ['check', 'config', join(folder, 'prometheus/prometheus.yml')]),
    check('amtool', config.amtoolPath, ['check-config', join(folder, 'alertmanager/alertmanager.yml')]),
  ]);
  context.out.document({ schemaVersion: 1, checks });
  for (const { tool, ok, said } of checks) context.out.data(`${tool}: ${ok ? 'in order' : 'NOT in order'}; ${said}`);
  return checks.every(({ ok }) => ok) ? 0 : PROBLEM;
}

async function check(tool: string, given: string | null, args: readonly string[]) {
  const program = given ?? (await findProgram(tool));
  if (program === null) {
    const said = `not found: set ${tool.toUpperCase()}_PATH, or install the Debian packages prometheus and prometheus-alertmanager`;
    return { tool, program, ok: false, said };
  }
  const { ok, output, problem } = await runCommand(program, args, { timeoutMs: CHECK_MS });
  return { tool, program, ok, said: (ok ? output : problem).trim().split('\n').slice(-1).join('') };
}

/** Writes the files and has both programs read them again. @throws NetworkError for one that does not answer */
export async function applyFiles(context: CliContext, flags: MonitoringFlags): Promise<number> {
  const { config } = await readSetting(context);
  await writeFiles(flags.out ?? projectRoot(), monitoringFiles(config));
  const addresses = [flags.prometheus ?? 'http://127.0.0.1:9090', flags.alertmanager ?? 'http://127.0.0.1:9093'];
  for (const address of addresses) {
    await reload(address);
    context.out.data(`${address}: read again`);
  }
  context.out.document({ schemaVersion: 1, reloaded: addresses });
  return 0;
}

async function reload(address: string): Promise<void> {
  const answer = await fetch(new URL('/-/reload', address), {
    method: 'POST',
    signal: AbortSignal.timeout(RELOAD_MS),
  }).catch((cause: unknown) => {
    throw new NetworkError(address, 'does not answer', { cause });
  });
  if (!answer.ok) throw new NetworkError(address, `did not take the files: ${answer.status} ${await answer.text()}`);
}
