import { describe, expect, it } from '@jest/globals';
import { loadIncidentSettings } from '../../../core/product-settings.js';
import type { IncidentFault } from '../../../core/schemas/alerts.js';
import { acknowledgedBy, openedIncident, resolvedBy, withNote, withTry } from '../../../domain/incidents/state.js';
import { reportHtml, reportMarkdown } from '../../../reports/incident/render.js';
import { incidentReport } from '../../../reports/incident/report.js';

const HOSTILE = '<script>alert(1)</script> | [x](http://evil.example)';
const at = (minute: number) => new Date(Date.parse('2026-03-02T10:00:00Z') + minute * 60_000).toISOString();
const fault: IncidentFault = {
  ...{ alertId: 'phoenix/day-failed/daily', seq: 1, rule: 'day-failed', severity: 'P1', kind: 'fired' },
  ...{ text: HOSTILE, by: null, at: at(0) },
};

function reported() {
  const opened = openedIncident('phoenix/run@1', { market: 'phoenix', cause: 'run', fault }, at(0));
  const tried = withTry(opened, { step: 'fill-gaps', outcome: 'failed', text: '0 of 3 windows', at: at(1) });
  const taken = acknowledgedBy(tried, { by: 'A. Operator', note: null }, at(75));
  const noted = withNote(taken, { by: 'A. Operator', text: 'county was down', keepOpen: false }, at(80));
  const state = resolvedBy(noted, { by: 'A. Operator', how: 'asked again' }, at(120));
  const impact = { windows: 3, complete: 1, lacking: ['a 1 of d: failed', 'a 2 of d: failed'], costUsdMicros: 120_000 };
  const notices = [
    {
      ...({ title: '[P1] x', channel: 'mail', state: 'delivered', proof: '<id@x>', reason: null } as const),
      ...{ createdAt: new Date(at(30)), endedAt: new Date(Date.parse(at(30)) + 2_500) },
    },
  ];
  const onCall = [{ level: 'L3', names: ['T. Lead'] }];
  return incidentReport({ state, impact, notices, onCall, mode: 'demo', at: at(130) }, loadIncidentSettings());
}

describe('the report of an incident', () => {
  it('has every part of the template, with figures of what happened', () => {
    const text = reportMarkdown(reported());
    for (const words of [
      '## Incident summary',
      '| P1 | phoenix/day-failed/daily | over |',
      'Current status: RESOLVED (resolved)',
      'Business impact: HIGH',
      'Customer impact: 2 of 3 windows of these days lack',
      'Spent on these days: 0.12 dollars',
      '| 2026-03-02T10:01:00.000Z | fill-gaps | failed | 0 of 3 windows |',
      '| response | 60 min | 75.0 min | late |',
      '| resolution | 1440 min | 120.0 min | in time |',
      'Technical lead: T. Lead',
      'delivered | 2.5 |',
      'Root cause: county was down (A. Operator)',
      '| 7 | Review and documentation |',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('shows what others wrote as text, in Markdown and in HTML', () => {
    expect(reportHtml(reported())).not.toContain('<script>');
    expect(reportHtml(reported())).toContain('&lt;script&gt;');
    const row =
      reportMarkdown(reported())
        .split('\n')
        .find((line) => line.includes('alert(1)')) ?? '';
    expect(row).toContain('\\<script\\>');
    expect(row).toContain('\\| \\[x\\]');
  });

  it('holds nothing that steers a terminal or turns the reading direction', () => {
    const report = {
      title: 'a\u001b[2J',
      sections: [{ heading: 'b', lines: ['c\u202e\r\nd'], table: [['e'], ['f\u0007']] }],
    };
    expect(reportMarkdown(report)).not.toMatch(/[^\P{C}\n]/u);
    expect(reportHtml(report)).not.toMatch(/[^\P{C}\n]/u);
  });
});
