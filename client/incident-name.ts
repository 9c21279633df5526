import { WorkflowNotFoundError } from '@temporalio/common';
import { loadMarkets } from '../core/product-settings.js';
import { CliError } from './errors.js';
import { theMarket } from './run-request.js';

const HINT = 'phx incidents list shows the ids';

/** An incident's id as a person gives it, with its market: one that begins with no market is of the usual one. */
export function incidentNamed(name: string): string {
  const [first = ''] = name.split('/', 1);
  return Object.hasOwn(loadMarkets(), first) ? name : `${theMarket()[0]}/${name}`;
}

/** Market and cause of an incident's id, or of both with a slash between. @throws CliError (UsageError) */
export function causeIn(name: string): { readonly market: string; readonly cause: string } {
  const [, market = '', cause = ''] = /^([a-z0-9-]+)\/([^@]+)(?:@\d{8}T\d{6}Z)?$/.exec(name) ?? [];
  if (market !== '' && cause !== '') return { market, cause };
  throw new CliError('UsageError', `"${name}" is no id of an incident`, HINT);
}

/** Says of an incident that was never opened what it is, in words of incidents. @throws CliError (NotFound); else what was thrown */
export async function ofIncident<T>(id: string, ask: Promise<T>): Promise<T> {
  try {
    return await ask;
  } catch (problem) {
    if (!(problem instanceof WorkflowNotFoundError)) throw problem;
    throw new CliError('NotFound', `no incident ${id}`, HINT, { cause: problem });
  }
}
