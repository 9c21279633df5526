import { describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { RunSummary } from '../../../core/schemas/run.js';
import { renderRunSummaryMail } from '../../../reports/run-summary/mail.js';
import { SAMPLE_LINKS, SAMPLE_SUMMARY } from '../../support/run-summary-sample.js';

const render = (change: Partial<RunSummary> = {}, secrets: readonly string[] = []) =>
  renderRunSummaryMail({ ...SAMPLE_SUMMARY, ...change }, SAMPLE_LINKS, { secrets });
const textOf = (html: string) => load(html)('body').text().replace(/\s+/g, ' ');

const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)> <mj-include path="/etc/passwd" /> </mj-text>]]> <%= it.runId %> {{7*7}} $& $1 \u001b[31mred\u202e "q' & ok`;
const hostileExample = {
  propertyId: HOSTILE,
  address: HOSTILE,
  description: HOSTILE,
  describedBy: HOSTILE,
  facts: [
    {
      name: HOSTILE,
      value: HOSTILE,
      source: 'phoenix-mls',
      url: 'javascript:alert(3)',
      path: HOSTILE,
      rawRef: HOSTILE,
    },
    {
      name: 'n',
      value: 'v',
      source: 'phoenix-mls',
      url: 'https://x.example/"onmouseover="alert(4)',
      path: 'p',
      rawRef: 'f'.repeat(64),
    },
  ],
} as const;

describe('run summary mail', () => {
  it('says first what matters, with counts that add up, in both parts', async () => {
    const { subject, html, text } = await render();
    expect(subject).toBe('[demo] PARTIAL phoenix 2025-11-22: 1,402 seen, 1,371 stored, 3 missing');
    expect(text.split('\n')[0]).toBe('Partial: 1,402 records seen, 1,371 stored, 3 things missing.');
    for (const part of [text, textOf(html)]) {
      expect(part).toContain('1,402 seen = 1,371 stored + 22 unchanged + 6 quarantined + 3 excluded');
    }
  });

  it('holds the same facts in both parts: ZIPs, reasons, gaps, model, late phases, evidence, links', async () => {
    const { html, text } = await render();
    const facts = [
      '85035',
      'SourceUnavailable: the service answered with an error of its own',
      'the source says it holds 655',
      'stopped at the limit set for this run',
      'phoenix-mls 85035: not started, the source was paused by an operator.',
      'SmolLM2-135M-Instruct: 24 calls, 3 answers from the cache, 18,212 tokens.',
      '1,345 properties described by rules alone, 1,340 of them pending for the model.',
      '31 s over its budget',
      '3001 W EXAMPLE AVE, PHOENIX 85031',
      'http://127.0.0.1:41571/parcel/10312001A',
      'ResidentialPropertyData.LivableSpace',
      '3f6c1d0f1e2d',
      'Demo: recorded county answers',
      '03:00–03:04 MST',
      'daily/phoenix/2025-11-22',
      SAMPLE_LINKS[0]?.href ?? 'no link',
    ];
    const [flatText, flatHtml] = [text.replace(/\s+/g, ' '), textOf(html)];
    for (const fact of facts) {
      expect(flatText).toContain(fact);
      expect(flatHtml).toContain(fact);
    }
    expect(text).toContain(SAMPLE_SUMMARY.examples[0]?.facts[0]?.rawRef);
  });

  it.each([
    [
      'a complete day',
      { status: 'complete', missing: [] },
      'Complete: 1,402 records seen, 1,371 stored, nothing missing.',
    ],
    [
      'a failed day',
      { status: 'failed', missing: ['all of it'] },
      'Failed: 1,402 records seen, 1,371 stored, 1 thing missing.',
    ],
    [
      'a second run of a day',
      {
        status: 'complete',
        missing: [],
        counts: { seen: 1402, stored: 0, unchanged: 1393, quarantined: 6, excluded: 3 },
      },
      'Complete: 1,402 records seen, nothing new, nothing missing.',
    ],
  ] satisfies [string, Partial<RunSummary>, string][])('opens %s with its verdict', async (_name, change, line) => {
    expect((await render(change)).text.split('\n')[0]).toBe(line);
  });

  it.each([
    [
      'counts',
      { counts: { ...SAMPLE_SUMMARY.counts, seen: 1_500 } },
      'The counts do not add up: 1,500 seen, but the parts make 1,402.',
    ],
    [
      'table',
      { sources: SAMPLE_SUMMARY.sources.slice(1) },
      'The table does not add up: its rows make 39 seen, the total says 1,402.',
    ],
    ['status', { status: 'complete' }, 'The status says complete, yet something is missing.'],
  ] satisfies [string, Partial<RunSummary>, string][])(
    'never hides that the %s contradicts the rest',
    async (_name, change, line) => {
      const { html, text } = await render(change);
      expect(text.replace(/\s+/g, ' ')).toContain(line);
      expect(textOf(html)).toContain(line);
    },
  );

  it.each([
    ['demo', '[demo]', 'Demo: recorded county answers'],
    ['test', '[test]', 'Test: real services'],
    ['production', '[production]', 'mode production'],
  ] satisfies [RunSummary['mode'], string, string][])(
    'names the mode %s in subject and body',
    async (mode, mark, words) => {
      const { subject, html, text } = await render({ mode });
      expect(subject.startsWith(mark)).toBe(true);
      expect(textOf(html)).toContain(words);
      expect(text.toLowerCase()).toContain(mode);
    },
  );

  it('says why there was no model and why no mail was sent', async () => {
    const llm = { ...SAMPLE_SUMMARY.llm, model: null, reason: 'no model server at http://127.0.0.1:11434' };
    const { text } = await render({ llm, mail: { sent: false, reason: 'EMAIL_ENABLED is false' } });
    expect(text).toContain('No model: no model server at http://127.0.0.1:11434.');
    expect(text).toContain('No mail was sent: EMAIL_ENABLED is false');
  });

  it('stands an empty run', async () => {
    const { html, text } = await render({
      status: 'cancelled',
      counts: { seen: 0, stored: 0, unchanged: 0, quarantined: 0, excluded: 0 },
      sources: [],
      phases: [],
      examples: [],
      missing: [],
      report: null,
    });
    expect(textOf(html)).toContain('No source took part.');
    expect(text).toContain('0 seen = 0 stored + 0 unchanged + 0 quarantined + 0 excluded');
  });
});

describe('run summary mail with hostile text', () => {
  it('shows markup, template syntax and scripts as text', async () => {
    const { html, text, subject } = await render({
      market: HOSTILE,
      missing: [HOSTILE],
      examples: [hostileExample],
      mail: { sent: false, reason: HOSTILE },
    });
    const page = load(html);
    expect(page('script, img, iframe, mj-include').length).toBe(0);
    expect(
      page('body')
        .find('*')
        .toArray()
        .flatMap((node) => Object.keys(node.attribs))
        .filter((name) => name.startsWith('on')),
    ).toEqual([]);
    expect(
      page('a')
        .toArray()
        .map((node) => node.attribs.href),
    ).not.toContain('javascript:alert(3)');
    expect(textOf(html)).toContain('<script>alert(1)</script>');
    expect(textOf(html)).toContain('<%= it.runId %> {{7*7}} $& $1 [31mred "q\' & ok');
    for (const part of [subject, text, html])
      expect(['\u001b', '\u202e'].filter((mark) => part.includes(mark))).toEqual([]);
  });

  it('keeps the subject on one line', async () => {
    const { subject } = await render({ market: 'phoenix\r\nBcc: evil@example.com', runDate: '2025-11-22\u2028x' });
    expect(subject).not.toMatch(/[\r\n\u2028]/);
  });

  it('hides secrets in every part, also where markup would change them', async () => {
    const secrets = ['tok<&>en-123456', 'plain-canary'];
    const leak = `Bearer ${secrets.join(' ')}`;
    const { subject, html, text } = await render({ market: leak, missing: [leak], report: leak }, secrets);
    for (const part of [subject, text, textOf(html), html]) {
      expect(part).not.toContain('plain-canary');
      expect(part).not.toContain('en-123456');
    }
    expect(text).toContain('Bearer [hidden] [hidden]');
  });

  it('cuts a text without end', async () => {
    const { html } = await render({ missing: ['x'.repeat(2_000_000)] });
    expect(html.length).toBeLessThan(102_000); // above it Gmail cuts the mail (assumed from its help pages)
  });
});
