import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type ChildWorkflowHandle, condition, startChild } from '@temporalio/workflow';
import { mailWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type {
  FinishInput,
  MailOutcome,
  PrepareInput,
  ReportResult,
  RunPlan,
  ValidateResult,
} from '../core/schemas/sequence.js';
import { notify, sequence } from './activity-proxies.js';
import { reasonOf } from './failures.js';

/** Checks database, model and permissions by cheap real calls, and says what the run will do. */
export async function prepareRun(input: PrepareInput): Promise<RunPlan> {
  return sequence.planRun(input);
}

/** Holds the ledger against the facts: counts that add up, references that lead somewhere. */
export async function validateRun(input: FinishInput): Promise<ValidateResult> {
  return sequence.checkRun(input);
}

/** How long the report waits for the mail server; afterwards the mail is tried on by itself. */
const MAIL_PATIENCE = '45 seconds';

/** Writes the run summary, keeps it, and mails it. A mail server that is down holds up the mail, not the day. */
export async function reportRun(input: FinishInput): Promise<ReportResult> {
  const written = await sequence.writeSummary(input);
  const { runKey } = input.run;
  // Noted before the delivery begins, which notes the end: two notes at the same time could land in the wrong order.
  await sequence.noteMail({ runKey, sent: false, reason: 'waits for the mail server; tried for up to 6 hours' });
  const outcome: { mail: MailOutcome | null } = { mail: null };
  const delivery = await startDelivery(input);
  delivery?.result().then(
    (mail) => {
      outcome.mail = mail;
    },
    () => undefined, // terminated by an operator; its own history shows it
  );
  if (delivery) await condition(() => outcome.mail !== null, MAIL_PATIENCE);
  return { ...written, mailSent: outcome.mail?.sent ?? false };
}

/** @returns null when the summary of this very run is being delivered already */
async function startDelivery({ run }: FinishInput): Promise<ChildWorkflowHandle<typeof deliverSummary> | null> {
  try {
    return await startChild(deliverSummary, {
      workflowId: mailWorkflowId(run.workflowId, run.runKey),
      taskQueue: PHASE_TASK_QUEUE,
      parentClosePolicy: 'ABANDON',
      staticSummary: `mail of ${run.market} ${run.runDate}`,
      args: [{ runKey: run.runKey }],
    });
  } catch (problem) {
    if (problem instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw problem;
  }
}

/** Delivers one run summary, however long the mail server is away (up to 6 hours). Sent once; how it ended is noted. */
export async function deliverSummary({ runKey }: { readonly runKey: string }): Promise<MailOutcome> {
  const mail = await tryMail(runKey);
  await sequence.noteMail({ runKey, ...mail });
  return mail;
}

async function tryMail(runKey: string): Promise<MailOutcome> {
  try {
    return await notify.mailSummary({ runKey });
  } catch (problem) {
    const { code, message } = reasonOf(problem);
    return { sent: false, reason: `${code}: ${message}` };
  }
}

/** Gives back what the run still holds. */
export async function cleanUp(input: FinishInput): Promise<void> {
  await sequence.releaseRun(input.run);
}

/** Queue of every phase: they touch our own stores only. */
export const PHASE_TASK_QUEUE = TASK_QUEUES.pipeline;
