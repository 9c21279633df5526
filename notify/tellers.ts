import type { Config } from '../core/config.js';
import { tellGithub } from './github.js';
import { createMailer } from './mail.js';
import { mailReadiness } from './mail-settings.js';
import { type SentLedger, sendOnce } from './sent-ledger.js';
import { tellSlack } from './slack.js';
import { tellSms } from './sms.js';
import { skipping, type Tell, type Tellers } from './told.js';

type TellConfig = Parameters<typeof mailReadiness>[0] &
  Pick<
    Config,
    | 'slackWebhookUrl'
    | 'twilioBaseUrl'
    | 'twilioAccountSid'
    | 'twilioAuthToken'
    | 'twilioFrom'
    | 'githubApiUrl'
    | 'githubToken'
    | 'githubRepository'
  >;

/** Every channel as it is set up; one that is not says which setting it lacks. */
export function createTellers(config: TellConfig, ledger: SentLedger): Tellers {
  return {
    mail: mailTeller(config, ledger),
    slack:
      config.slackWebhookUrl === null ? skipping('SLACK_WEBHOOK_URL is not set') : tellSlack(config.slackWebhookUrl),
    sms: smsTeller(config, ledger),
    github: githubTeller(config),
    // The delivery itself is what a dashboard shows.
    dashboard: async ({ id }) => ({ state: 'delivered', proof: `deliveries ${id}` }),
  };
}

/** Which channels are set up; `reason`: what is missing, null when nothing. Asks nobody. */
export function channelReadiness(
  config: TellConfig,
): readonly { readonly channel: string; readonly reason: string | null }[] {
  const mail = mailReadiness(config);
  const missing = (names: Readonly<Record<string, unknown>>) =>
    Object.entries(names)
      .flatMap(([name, value]) => (value === null ? [name] : []))
      .join(', ');
  const of = (channel: string, lacks: string) => ({ channel, reason: lacks === '' ? null : `${lacks} not set` });
  const { slackWebhookUrl, twilioAccountSid, twilioAuthToken, twilioFrom, githubToken, githubRepository } = config;
  return [
    { channel: 'mail', reason: mail.ready ? null : mail.reason },
    of('slack', missing({ SLACK_WEBHOOK_URL: slackWebhookUrl })),
    of(
      'sms',
      missing({ TWILIO_ACCOUNT_SID: twilioAccountSid, TWILIO_AUTH_TOKEN: twilioAuthToken, TWILIO_FROM: twilioFrom }),
    ),
    of('github', missing({ ALERT_GITHUB_TOKEN: githubToken, ALERT_GITHUB_REPOSITORY: githubRepository })),
  ];
}

function mailTeller(config: TellConfig, ledger: SentLedger): Tell {
  const readiness = mailReadiness(config);
  if (!readiness.ready) return skipping(readiness.reason);
  const mailer = createMailer(readiness.settings);
  return async ({ id, title, body, mails }, signal) => {
    const html = `<!doctype html><html lang="en"><body><h1 style="font-size:1.1em">${escaped(title)}</h1><pre style="white-space:pre-wrap">${escaped(body)}</pre></body></html>`;
    const to = mails.length > 0 ? { to: mails } : {};
    const mail = { idempotencyKey: `notice ${id}`, subject: title, text: body, html, ...to };
    const { status, messageId, refused } = await sendOnce(mailer, ledger, mail, signal);
    if (status === 'sent') return { state: 'delivered', proof: messageId };
    return { state: 'failed', reason: `the mail server refused: ${refused.join(', ')}` };
  };
}

function smsTeller(config: TellConfig, ledger: SentLedger): Tell {
  const { twilioBaseUrl: baseUrl, twilioAccountSid, twilioAuthToken, twilioFrom } = config;
  if (twilioAccountSid === null || twilioAuthToken === null || twilioFrom === null) {
    return skipping('TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are not all set');
  }
  return tellSms({ baseUrl, accountSid: twilioAccountSid, authToken: twilioAuthToken, from: twilioFrom }, ledger);
}

function githubTeller({ githubApiUrl: apiUrl, githubToken: token, githubRepository: repository }: TellConfig): Tell {
  if (token === null || repository === null)
    return skipping('ALERT_GITHUB_TOKEN and ALERT_GITHUB_REPOSITORY are not both set');
  return tellGithub({ apiUrl, token, repository });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
