import { condition, startChild } from '@temporalio/workflow';
import { phaseWorkflowId, TASK_QUEUES } from '../core/ids.js';
import type {
  FinishInput,
  MailOutcome,
  PrepareInput,
  ReportResult,
  RunPlan,
  ValidateResult,
} from '../core/schemas/sequence.js';
import { notify, sequence } from './activity-proxies.js';

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
  const { runKey, workflowId } = input.run;
  const outcome: { mail: MailOutcome | null } = { mail: null };
  const child = await startChild(deliverSummary, {
    workflowId: phaseWorkflowId(workflowId, 'mail'),
    taskQueue: PHASE_TASK_QUEUE,
    parentClosePolicy: 'ABANDON',
    staticSummary: `mail of ${input.run.market} ${input.run.runDate}`,
    args: [{ runKey }],
  });
  const delivered = child.result().then((mail) => {
    outcome.mail = mail;
  });
  delivered.catch(() => undefined); // its own history shows the failure; the report says that the mail waits
  await condition(() => outcome.mail !== null, MAIL_PATIENCE);
  if (outcome.mail === null)
    await sequence.noteMail({ runKey, sent: false, reason: 'the mail server does not answer; tried on for 6 hours' });
  return { ...written, mailSent: outcome.mail?.sent ?? false };
}

/** Delivers one run summary, however long the mail server is away (up to 6 hours). Sent once. */
export async function deliverSummary({ runKey }: { readonly runKey: string }): Promise<MailOutcome> {
  const mail = await notify.mailSummary({ runKey });
  await sequence.noteMail({ runKey, ...mail });
  return mail;
}

/** Gives back what the run still holds. */
export async function cleanUp(input: FinishInput): Promise<void> {
  await sequence.releaseRun(input.run);
}

/** Queue of every phase: they touch our own stores only. */
export const PHASE_TASK_QUEUE = TASK_QUEUES.pipeline;
