import { describe, expect, it } from '@jest/globals';
import { loadIncidentSettings } from '../../../../core/product-settings.js';
import type { IncidentFault } from '../../../../core/schemas/alerts.js';
import { incidentNotice } from '../../../../domain/incidents/notice.js';
import { openedIncident, withFault, withTry } from '../../../../domain/incidents/state.js';

const AT = '2026-03-02T10:00:00.000Z';
const faultOf = (rule: string, part: Partial<IncidentFault> = {}): IncidentFault => ({
  ...{ alertId: rule, seq: 1, rule, severity: 'P3', kind: 'fired', text: `${rule} is so`, by: null, at: AT },
  ...part,
});
const STEP = { id: 'tell-0', kind: 'tell', atMs: Date.parse(AT), levels: ['L2'] } as const;

describe('a notice of an incident with much to say', () => {
  const many = Array.from({ length: 8 }, (_, n) => `part ${n}`);
  const first = openedIncident('m/run@1', { market: 'm', cause: 'run', fault: faultOf('r0') }, AT);
  const faults = ['r1', 'r2', 'r3', 'r4', 'r5'].map((rule) => faultOf(rule));
  const worst = faultOf('worst', { severity: 'P0' });
  const faulty = [...faults, worst].reduce((state, fault) => withFault(state, fault, AT), first);
  const state = many.reduce(
    (one, text) => withTry(one, { step: 'probe-source', outcome: 'failed', text, at: AT }),
    faulty,
  );
  const around = { mode: 'production', at: AT, now: ['Ann'], before: [], guides: ['one', 'two', 'three', 'four'] };
  const { body } = incidentNotice(state, STEP, loadIncidentSettings(), {
    ...around,
    impact: ['2 of 10 windows of these days are complete', ...many, 'spent\u001b[31m:\nTold now: the president'],
  });

  it('names what is worst first', () => {
    expect(body).toContain('worst: worst is so');
    expect(body).toContain('What:\n  - worst: worst is so');
  });

  it('keeps the figure of all, and says how much is left out', () => {
    expect(body).toContain('Impact:\n  - 2 of 10 windows of these days are complete\n');
    expect(body).toContain('  - and 5 more');
  });

  it('shows the latest tries', () => {
    expect(body).toContain('probe-source: failed, part 7');
    expect(body).not.toContain('probe-source: failed, part 2');
  });

  it('leaves out nothing that is to be done', () => {
    expect(body).toContain('take it: phx incidents ack');
    expect(body).toContain('docs/alerts.md#four');
    expect(body).toContain('end it: phx incidents resolve');
  });

  it('has one line for each of its own', () => {
    expect(body.split('\n').filter((line) => line.startsWith('Told now:'))).toEqual([
      'Told now: Ann; knew before: nobody by name',
    ]);
    expect(body).not.toContain('\u001b');
  });
});
