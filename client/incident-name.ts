import { CliError } from './errors.js';

/** Market and cause of an incident's id, or of both with a slash between. @throws CliError (UsageError) */
export function causeIn(name: string): { readonly market: string; readonly cause: string } {
  const [, market = '', cause = ''] = /^([a-z0-9-]+)\/([^@]+)(?:@\d{8}T\d{6}Z)?$/.exec(name) ?? [];
  if (market !== '' && cause !== '') return { market, cause };
  throw new CliError('UsageError', `"${name}" is no id of an incident`, 'phx incidents list shows the ids');
}
