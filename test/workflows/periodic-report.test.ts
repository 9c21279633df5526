import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { reportId } from '../../core/ids.js';
import type { ReportName } from '../../core/schemas/periodic.js';
import { periodDue } from '../../domain/periods.js';
import type { periodicReport, scheduledReport } from '../../workflows/periodic-report.js';
import { type Activities, createFakes, final, planOf } from '../support/fake-activities.js';
import { startTimeServer, uniqueId, type WorkflowServer } from '../support/workflow-workers.js';

const HOUR_MS = 3_600_000;
const NAME: ReportName = { kind: 'daily', market: 'phoenix', period: '2026-03-01' };
const FILES = ['artifacts/2026-03-01/x/report.pdf'];

let server: WorkflowServer;
beforeEach(async () => {
  server = await startTimeServer();
}, 60_000);
afterEach(() => server?.stop(), 60_000);

/** Activities that count; `mailReport` is the case's own. */
function counting(mailReport: Activities['mailReport']) {
  const calls: string[] = [];
  const own: Partial<Activities> = {
    buildReport: async ({ name }) => {
      calls.push(`build ${name.kind} ${name.period}`);
      return { id: reportId(name.kind, name.market, name.period), colour: 'GREEN', sha256: 'x' };
    },
    writeReport: async () => {
      calls.push('write');
      return FILES;
    },
    mailReport: (input) => {
      calls.push(`mail ${input.again}`);
      return mailReport(input);
    },
  };
  return { calls, activities: createFakes(planOf(), own).activities };
}

const make = (again: string | null = null) =>
  server.client.workflow.execute<typeof periodicReport>('periodicReport', {
    workflowId: uniqueId('report'),
    taskQueue: 'pipeline',
    args: [{ ...NAME, send: true, again }],
  });

describe('a report', () => {
  it('is built and kept once, and its mail waits out a server that is down for three hours', async () => {
    const upAtMs = (await server.nowMs()) + 3 * HOUR_MS;
    const { calls, activities } = counting(async () => {
      if ((await server.nowMs()) < upAtMs) throw ApplicationFailure.create({ type: 'NetworkError', message: 'away' });
      return { sent: true, reason: null };
    });
    const result = await server.withWorkers(activities, () => make());
    expect(result).toMatchObject({ colour: 'GREEN', files: FILES, sent: true, reason: null });
    expect(calls.slice(0, 2)).toEqual(['build daily 2026-03-01', 'write']);
    expect(calls.filter((call) => call.startsWith('build'))).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('mail')).length).toBeGreaterThan(3);
  }, 60_000);

  it('says why it was not sent; its files are there', async () => {
    const { calls, activities } = counting(() => Promise.reject(final('BadConfig', 'the log-in was refused')));
    const result = await server.withWorkers(activities, () => make('request-1'));
    expect(result).toMatchObject({ files: FILES, sent: false, reason: 'BadConfig: the log-in was refused' });
    expect(calls).toEqual(['build daily 2026-03-01', 'write', 'mail request-1']);
  }, 60_000);

  it('on schedule is about the week that is over, under an id of its own', async () => {
    const { calls, activities } = counting(async () => ({ sent: true, reason: null }));
    const timeZone = 'America/Phoenix';
    const week = periodDue('week', await server.nowMs(), timeZone);
    const result = await server.withWorkers(activities, () =>
      server.client.workflow.execute<typeof scheduledReport>('scheduledReport', {
        workflowId: uniqueId('schedule'),
        taskQueue: 'pipeline',
        args: [{ kind: 'weekly', span: 'week', market: 'phoenix', timeZone }],
      }),
    );
    expect(result).toMatchObject({ id: `report/weekly/phoenix/${week}`, sent: true });
    expect(calls).toEqual([`build weekly ${week}`, 'write', 'mail null']);
    const child = server.client.workflow.getHandle<typeof periodicReport>(`report/weekly/phoenix/${week}`);
    await expect(child.result()).resolves.toMatchObject({ sent: true });
  }, 60_000);
});
