import { type Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { NetworkError } from '../../core/errors.js';
import { repairWorkflowId } from '../../core/ids.js';
import type { RepairDecision } from '../../core/schemas/repair.js';
import type { FieldReview } from '../../core/source-repair.js';
import { latestRepair, type SelectorSetDocument } from '../../store/selector-sets.js';
import { readSetting, withDatabase, withTemporal } from '../connect.js';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { Faults } from '../run-request.js';
import { given, readOneSource, readWords } from '../source-request.js';
import { servesQueue } from '../worker-check.js';

export interface RepairFlags {
  readonly by?: string;
  readonly reason?: string;
}

/** A worker that is up answers within a second. */
const UPDATE_MS = 15_000;

/** Shows the latest repair of a source. @throws CliError (NotFound) when there never was one */
export async function reviewRepair(context: CliContext, text: string): Promise<number> {
  const faults = new Faults();
  const named = readOneSource(text, faults);
  faults.throwAny();
  const source = given(named);
  const { config } = await readSetting(context);
  const repair = await withDatabase(config, (db) => latestRepair(db, source));
  if (repair === null) throw new CliError('NotFound', `the layout of ${source} was never learned again`);
  const { _id, begunAt, proposedAt, decidedAt, ...rest } = repair;
  context.out.document({
    schemaVersion: 1,
    ...rest,
    begunAt: begunAt.toISOString(),
    proposedAt: proposedAt?.toISOString() ?? null,
    decidedAt: decidedAt?.toISOString() ?? null,
  });
  for (const line of linesOf(repair)) context.out.data(line);
  return 0;
}

function linesOf(repair: SelectorSetDocument): readonly string[] {
  const { source, name, state, by, reason, samples, facts, heldOut, missing = [], fields = [] } = repair;
  const decided = by === null ? '' : ` by ${by}: ${reason}`;
  const head = `${source} ${name}: ${state}${decided}; ${samples.length} pages, begun ${repair.begunAt.toISOString()}`;
  const worth =
    facts === undefined
      ? []
      : [`${facts.found} of ${facts.of} known fields; on ${heldOut?.pages ?? 0} pages held out: ${countsOf(heldOut)}`];
  const lack = missing.length === 0 ? [] : [`cannot be approved without: ${missing.join(', ')}`];
  return [head, ...worth, ...lack, ...fields.flatMap(fieldLines)];
}

function fieldLines({ field, before, after, doubt, examples, ...counts }: FieldReview): readonly string[] {
  return [
    '',
    `${field}: ${doubt === null ? countsOf(counts) : `left out: ${doubt}`}`,
    `  old ${before ?? '-'}`,
    `  new ${after ?? '-'}`,
    ...examples.map(({ key, known, read }) => `  ${key}: known ${known}; read ${read ?? '-'}`),
  ];
}

function countsOf(counts: Pick<FieldReview, 'right' | 'wrong' | 'unsaid'> | undefined): string {
  const { right, wrong, unsaid } = counts ?? { right: 0, wrong: 0, unsaid: 0 };
  const all = right + wrong + unsaid;
  const share = all === 0 ? '' : ` (${((right / all) * 100).toFixed(1)} %)`;
  return `${right} of ${all} right${share}, ${wrong} wrong, ${unsaid} not said`;
}

/**
 * Hands a person's word to the repair that waits for it.
 * @throws CliError: Refused (no proposal, or decided already), NotFound (no repair waits); NetworkError when no worker answers
 */
export async function decideRepair(
  context: CliContext,
  verb: 'approve' | 'reject',
  text: string,
  flags: RepairFlags,
): Promise<number> {
  const faults = new Faults();
  const named = readOneSource(text, faults);
  const who = readWords('--by', flags.by, true, faults);
  const why = readWords('--reason', flags.reason, true, faults);
  faults.throwAny('phx sources repair review shows what is proposed');
  const [source, by, reason] = [given(named), given(who), given(why)];
  const { config } = await readSetting(context);
  const word: RepairDecision = { approved: verb === 'approve', by, reason };
  const answer = await withTemporal(context, config, (client) =>
    tell(client, repairWorkflowId(source), word, context.globals.timeoutMs ?? UPDATE_MS),
  );
  context.out.data(`${source}: ${answer}`);
  context.out.document({ schemaVersion: 1, source, ...word, answer });
  return 0;
}

async function tell(client: Client, workflowId: string, word: RepairDecision, timeoutMs: number): Promise<string> {
  // The server would keep the request and hand it to the next worker, however much later.
  if (!(await servesQueue(client))) throw new NetworkError(workflowId, 'no worker is up to answer');
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.connection.withDeadline(Date.now() + timeoutMs, () =>
      handle.executeUpdate<string, [RepairDecision]>('decideRepair', { args: [word] }),
    );
  } catch (problem) {
    if (problem instanceof WorkflowNotFoundError) {
      throw new CliError('NotFound', 'no repair waits for a person', 'phx sources repair review shows the last one', {
        cause: problem,
      });
    }
    if (problem instanceof WorkflowUpdateFailedError) {
      throw new CliError('Refused', problem.cause?.message ?? problem.message, null, { cause: problem });
    }
    if (problem instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new NetworkError(workflowId, `no worker answered within ${timeoutMs / 1_000} s`, { cause: problem });
    }
    throw problem;
  }
}
