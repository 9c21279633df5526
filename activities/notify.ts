import type { Config } from '../core/config.js';
import { secretValues } from '../core/config.js';
import { marketOf } from '../core/product-settings.js';
import type { RepairName } from '../core/schemas/repair.js';
import type { MailOutcome } from '../core/schemas/sequence.js';
import { createMailer } from '../notify/mail.js';
import { mailReadiness } from '../notify/mail-settings.js';
import { sendOnce } from '../notify/sent-ledger.js';
import { repairMail } from '../reports/repair-mail.js';
import { renderRunSummaryMail } from '../reports/run-summary/mail.js';
import type { Database } from '../store/database.js';
import { createSentLedger } from '../store/reports/sent-mails.js';
import { findRun } from '../store/runs.js';
import { repairOf } from '../store/selector-sets.js';
import { withHeartbeat } from './heartbeat.js';

export interface NotifyDeps {
  readonly config: Config;
  readonly database: Database;
}

/** Activities that tell people. */
export function createNotifyActivities({ config, database }: NotifyDeps) {
  return {
    /**
     * Mails the summary of a run to the configured recipients, once. Without mail settings nothing is sent and the reason
     * is given. @throws NetworkError (retried), BadConfig (final)
     */
    async mailSummary({ runKey }: { readonly runKey: string }): Promise<MailOutcome> {
      const readiness = mailReadiness(config);
      if (!readiness.ready) return { sent: false, reason: readiness.reason };
      const summary = (await findRun(database.db, runKey))?.summary;
      if (!summary) return { sent: false, reason: 'the run has no summary' };
      const { timeZone } = marketOf(summary.market);
      const mail = await renderRunSummaryMail(summary, [], { timeZone, secrets: secretValues(config) });
      const sent = await withHeartbeat((signal) =>
        sendOnce(
          createMailer(readiness.settings),
          createSentLedger(database.db),
          { idempotencyKey: `run-summary ${runKey}`, ...mail },
          signal,
        ),
      );
      if (sent.status === 'refused')
        return { sent: false, reason: `the mail server refused: ${sent.refused.join(', ')}` };
      return { sent: true, reason: null };
    },

    /**
     * Tells the configured recipients that selectors wait for a person, once for each reminder. Errors as `mailSummary`.
     * @param reminder 0 for the first word
     */
    async mailRepair({ reminder, ...name }: RepairName & { readonly reminder: number }): Promise<MailOutcome> {
      const readiness = mailReadiness(config);
      if (!readiness.ready) return { sent: false, reason: readiness.reason };
      const repair = await repairOf(database.db, name);
      if (repair?.state !== 'proposed') return { sent: false, reason: 'nothing waits for a person' };
      const mail = { idempotencyKey: `repair ${name.repairKey} ${reminder}`, ...repairMail(repair, reminder) };
      const sent = await withHeartbeat((signal) =>
        sendOnce(createMailer(readiness.settings), createSentLedger(database.db), mail, signal),
      );
      const reason = sent.status === 'refused' ? `the mail server refused: ${sent.refused.join(', ')}` : null;
      return { sent: reason === null, reason };
    },
  };
}

export type NotifyActivities = ReturnType<typeof createNotifyActivities>;
