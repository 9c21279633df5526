import { callService } from './http-call.js';
import type { OutgoingNotice, Tell } from './told.js';

/** Longest text of one message (Slack: `text` is cut after 40,000; this is what people read). */
const LONGEST = 3_000;

/**
 * Tells by an incoming webhook of Slack: `{"text"}` in, `ok` out; refusals are words with status 400 to 410 (Slack, "Sending
 * messages using incoming webhooks", read 2025-07). Slack knows no key of ours: when the answer is lost after the message was
 * taken, the repeat shows a second message with the same reference.
 * @param webhookUrl a secret
 */
export function tellSlack(webhookUrl: string): Tell {
  return async (notice, signal) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ text: slackText(notice) });
    const { status, text } = await callService({ method: 'POST', url: webhookUrl, headers, body, signal });
    if (status === 200 && text === 'ok') return { state: 'delivered', proof: 'ok' };
    return { state: 'failed', reason: `Slack refused it: HTTP ${status} ${text.slice(0, 80)}`.trim() };
  };
}

function slackText({ title, body }: OutgoingNotice): string {
  return `*${escaped(title)}*\n${escaped(body)}`.slice(0, LONGEST);
}

/** The three characters that Slack reads as control (mentions and links begin with `<`). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
