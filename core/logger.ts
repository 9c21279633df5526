import { type DestinationStream, type Logger, pino } from 'pino';
import { type Config, secretValues } from './config.js';

/** Credentials inside any address. */
const URL_CREDENTIALS = /\b([a-z][a-z+]*:\/\/)[^\s:/@]+:[^\s/@]+@/gi;

/** Text without secret values and without credentials in addresses. */
export function scrub(text: string, secrets: readonly string[]): string {
  const plain = secrets.reduce((left, value) => left.replaceAll(value, '[secret]'), text);
  return plain.replace(URL_CREDENTIALS, '$1[secret]@');
}

/**
 * The one logger: a JSON object a line, on stderr unless told otherwise. Every line is scrubbed of secret values before
 * it is written.
 */
export function createLogger(config: Config, name: string, destination?: DestinationStream): Logger {
  const secrets = secretValues(config);
  const out = destination ?? pino.destination({ fd: 2, sync: true });
  return pino(
    { name, level: config.logLevel, base: { mode: config.mode }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => out.write(scrub(line, secrets)) },
  );
}
