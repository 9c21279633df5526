import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { TellIncidentInput } from '../../activities/incidents.js';
import type { IncidentFault } from '../../core/schemas/alerts.js';
import type { IncidentState } from '../../core/schemas/incidents.js';
import type { IncidentSeverity } from '../../core/schemas/names.js';
import type { incident } from '../../workflows/incident.js';
import {
  ackIncidentUpdate,
  incidentFaultSignal,
  incidentQuery,
  noteIncidentUpdate,
  resolveIncidentUpdate,
  severityIncidentUpdate,
} from '../../workflows/messages.js';
import type { Activities } from '../support/fake-activities.js';
import { createFakes, createLatch, incidentPlan, planOf } from '../support/fake-activities.js';
import { startTimeServer, uniqueId, until, type WorkflowServer } from '../support/workflow-workers.js';

// A server for each case: this one may keep its clock locked after an activity that succeeded at a later attempt.
let server: WorkflowServer;
beforeEach(async () => {
  server = await startTimeServer();
}, 60_000);
afterEach(() => server?.stop(), 60_000);

const MINUTE_MS = 60_000;
const HOUR_MIN = 60;
const DAY_MIN = 24 * HOUR_MIN;

function faultOf(severity: IncidentSeverity, part: Partial<IncidentFault> = {}): IncidentFault {
  const at = '2026-03-02T10:00:00.000Z';
  return {
    alertId: 'phoenix/a/daily',
    seq: 1,
    rule: 'a',
    severity,
    kind: 'fired',
    text: 'it is so',
    by: null,
    at,
    ...part,
  };
}

interface Running {
  readonly handle: WorkflowHandle<typeof incident>;
  /** What was told: minute since the opening, kind, levels. */
  readonly told: string[];
}

/** Opens an incident, and does `work` while workers serve it. */
async function running(
  severity: IncidentSeverity,
  work: (one: Running) => Promise<void>,
  own: Partial<Activities> = {},
): Promise<readonly string[]> {
  const told: string[] = [];
  const began = { atMs: 0 };
  const { activities } = createFakes(planOf(), {
    tellIncident: async ({ step, atMs }: TellIncidentInput) => {
      told.push(`${Math.round((atMs - began.atMs) / MINUTE_MS)} ${step.kind} ${step.levels.join('+')}`);
      return { due: [], who: 'A. Operator' };
    },
    ...own,
    planIncident: async (asked) => {
      if (began.atMs === 0) began.atMs = asked.atMs;
      return own.planIncident === undefined ? incidentPlan() : own.planIncident(asked);
    },
  });
  await server.withWorkers(activities, async () => {
    const handle = await server.client.workflow.start<typeof incident>('incident', {
      workflowId: uniqueId('incident'),
      taskQueue: 'pipeline',
      args: [{ market: 'phoenix', cause: 'run/success', fault: faultOf(severity) }],
    });
    await work({ handle, told });
  });
  return told;
}

async function eventually(handle: Running['handle'], holds: (state: IncidentState) => boolean): Promise<IncidentState> {
  for (const endMs = Date.now() + 15_000; ; ) {
    const state = await handle.query(incidentQuery);
    if (holds(state)) return state;
    if (Date.now() > endMs) throw new Error(`it stays as it is: ${JSON.stringify(state)}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

const pass = (minutes: number) => server.pass(minutes * MINUTE_MS);
const withoutUpdates = (told: readonly string[]) => told.filter((one) => !one.includes('update'));

describe('an incident that nobody takes', () => {
  it.each<[IncidentSeverity, number, readonly string[], readonly string[]]>([
    [
      'P0',
      5 * HOUR_MIN,
      ['0 tell L2+L3+L4', '15 response-overdue L2+L3+L4', '240 resolve-overdue L2+L3+L4'],
      ['30', '60', '90', '120', '150', '180', '210', '240', '270', '300'],
    ],
    [
      'P1',
      25 * HOUR_MIN,
      ['30 tell L2', '60 response-overdue L2', '240 tell L3', '1440 tell L4', '1440 resolve-overdue L2+L3+L4'],
      ['120', '240', '360', '480', '600', '720', '840', '960', '1080', '1200', '1320', '1440'],
    ],
    [
      'P2',
      73 * HOUR_MIN,
      ['30 tell L2', '240 response-overdue L2', '1440 tell supervisor', '4320 resolve-overdue L2+supervisor'],
      ['1440', '2880', '4320'],
    ],
    ['P3', 15 * DAY_MIN, ['0 tell L2', '1440 response-overdue L2'], ['10080', '20160']],
  ])('%s goes up, and is told again, at the minutes of its severity', async (severity, minutes, ladder, updates) => {
    const told = await running(severity, () => pass(minutes + 1));
    expect(withoutUpdates(told)).toEqual(ladder);
    expect(told.flatMap((one) => (one.includes(' update ') ? [one.split(' ')[0]] : []))).toEqual(updates);
  });
});

describe('an acknowledgement', () => {
  it('stops the ladder and not the resolve clock', async () => {
    const told = await running('P1', async ({ handle }) => {
      await pass(45);
      await handle.executeUpdate(ackIncidentUpdate, { args: [{ by: 'A. Operator', note: null }] });
      await pass(25 * HOUR_MIN);
      expect((await handle.query(incidentQuery)).status).toBe('acknowledged');
    });
    expect(withoutUpdates(told)).toEqual(['30 tell L2', '1440 resolve-overdue L2+L3+L4']);
  });

  it('is refused without a name and for the second time, and leaves no trace then', async () => {
    await running('P1', async ({ handle }) => {
      const ack = (by: string) => handle.executeUpdate(ackIncidentUpdate, { args: [{ by, note: null }] });
      await expect(ack(' ')).rejects.toMatchObject({ cause: { message: 'nobody is named' } });
      await ack('A. Operator');
      await expect(ack('B. Other')).rejects.toMatchObject({ cause: { type: 'Refused' } });
      const { timeline } = await handle.query(incidentQuery);
      expect(timeline.filter(({ kind }) => kind === 'acknowledged').map(({ by }) => by)).toEqual(['A. Operator']);
    });
  });

  it('is taken back by something worse: the ladder of the new severity begins', async () => {
    const told = await running('P2', async ({ handle }) => {
      await handle.executeUpdate(ackIncidentUpdate, { args: [{ by: 'A. Operator', note: null }] });
      await pass(60);
      await handle.signal(incidentFaultSignal, faultOf('P0', { alertId: 'phoenix/b/daily', rule: 'b' }));
      await pass(10);
      expect(await handle.query(incidentQuery)).toMatchObject({ severity: 'P0', status: 'open', by: null });
    });
    expect(withoutUpdates(told)).toEqual(['60 tell L2+L3+L4']);
  });

  it('is of its alerts too, until the incident is resolved', async () => {
    const words: string[] = [];
    await running(
      'P1',
      async ({ handle }) => {
        await handle.executeUpdate(ackIncidentUpdate, { args: [{ by: 'A. Operator', note: null }] });
        await pass(1);
        expect(words).toEqual(['taken']);
        await handle.executeUpdate(resolveIncidentUpdate, { args: [{ by: 'A. Operator', how: 'restarted' }] });
        await pass(1);
        await handle.executeUpdate(noteIncidentUpdate, { args: [{ by: 'A. Operator', text: 'so', keepOpen: false }] });
        await pass(1);
        expect(words).toEqual(['taken', 'released']);
      },
      {
        takeAlerts: async () => void words.push('taken'),
        releaseAlerts: async () => void words.push('released'),
      },
    );
  });

  it('stays where a person makes it less bad', async () => {
    const told = await running('P1', async ({ handle }) => {
      await handle.executeUpdate(ackIncidentUpdate, { args: [{ by: 'A. Operator', note: null }] });
      const word = { by: 'A. Operator', severity: 'P3', why: 'one ZIP' } as const;
      await handle.executeUpdate(severityIncidentUpdate, { args: [word] });
      await pass(25 * HOUR_MIN);
      expect(await handle.query(incidentQuery)).toMatchObject({ severity: 'P3', status: 'acknowledged' });
    });
    expect(told).toEqual([]);
  });
});

describe('a notice that is on its way while the severity changes', () => {
  it('is known: who was told hears the rest, too', async () => {
    const latch = createLatch();
    await running(
      'P0',
      async ({ handle }) => {
        await latch.reached;
        const word = { by: 'A. Operator', severity: 'P3', why: 'one ZIP' } as const;
        await handle.executeUpdate(severityIncidentUpdate, { args: [word] }).finally(latch.open);
        await eventually(handle, ({ told }) => told.length === 3);
        const { done, timeline } = await eventually(handle, ({ done: all }) => all.length > 0);
        expect(done).toEqual(['tell-0']);
        expect(timeline.filter(({ kind }) => kind === 'notice').map(({ text }) => text.split(':')[0])).toEqual([
          'tell told to L2, L3, L4',
          'tell told to L2',
        ]);
      },
      {
        tellIncident: async ({ state }) => {
          if (state.severity === 'P0') await latch.wait();
          return { due: [], who: 'A. Operator' };
        },
      },
    );
  });
});

describe('a severity that there is not', () => {
  it('is refused: no clock would know it', async () => {
    await running('P1', async ({ handle }) => {
      const word = JSON.parse('{ "by": "A. Operator", "severity": "P9", "why": "typed by hand" }');
      await expect(handle.executeUpdate(severityIncidentUpdate, { args: [word] })).rejects.toMatchObject({
        cause: { type: 'Refused' },
      });
      expect((await handle.query(incidentQuery)).severity).toBe('P1');
    });
  });
});

describe('a second fault of the same cause', () => {
  it('is in the same incident; one that comes twice or late changes nothing', async () => {
    await running('P1', async ({ handle }) => {
      const second = faultOf('P2', { alertId: 'phoenix/b/daily', rule: 'b', seq: 4 });
      await handle.signal(incidentFaultSignal, second);
      await handle.signal(incidentFaultSignal, second);
      await handle.signal(incidentFaultSignal, { ...second, seq: 3, kind: 'recovered' });
      await pass(1);
      const state = await handle.query(incidentQuery);
      expect(state.faults.map(({ rule, over }) => `${rule} ${over}`)).toEqual(['a false', 'b false']);
      expect(state.severity).toBe('P1');
      expect(state.timeline.filter(({ kind }) => kind === 'fault')).toHaveLength(1);
    });
  });
});

describe('a recovery', () => {
  const over = faultOf('P1', { kind: 'recovered', seq: 2, text: 'over after 5 min' });

  it('closes it after the quiet time, with a notice to those who know', async () => {
    const told = await running('P1', async ({ handle }) => {
      await pass(40);
      await handle.signal(incidentFaultSignal, over);
      await pass(29);
      expect((await handle.query(incidentQuery)).status).toBe('recovered');
      await pass(2);
      expect(await handle.query(incidentQuery)).toMatchObject({ status: 'resolved', keptOpen: false });
    });
    expect(told).toEqual(['30 tell L2', '40 recovered L2', '70 resolved L2']);
  });

  it('does not close it where somebody objects', async () => {
    const told = await running('P1', async ({ handle }) => {
      await pass(40);
      await handle.signal(incidentFaultSignal, over);
      await pass(10);
      const word = { by: 'A. Operator', text: 'not understood yet', keepOpen: true };
      await handle.executeUpdate(noteIncidentUpdate, { args: [word] });
      await pass(60);
      expect(await handle.query(incidentQuery)).toMatchObject({ status: 'acknowledged', by: 'A. Operator' });
    });
    expect(told).toEqual(['30 tell L2', '40 recovered L2']);
  });

  it('is undone by the same fault, and after the end the fault opens it again', async () => {
    const told = await running('P1', async ({ handle }) => {
      await handle.signal(incidentFaultSignal, over);
      await pass(10);
      await handle.signal(incidentFaultSignal, faultOf('P1', { seq: 3 }));
      await pass(15);
      expect((await handle.query(incidentQuery)).status).toBe('open');
      await pass(10);
      await handle.executeUpdate(resolveIncidentUpdate, { args: [{ by: 'A. Operator', how: 'restarted' }] });
      await pass(60);
      await handle.signal(incidentFaultSignal, faultOf('P1', { seq: 5 }));
      await pass(31);
      expect(await handle.query(incidentQuery)).toMatchObject({ status: 'open', round: 2, resolvedAt: null });
    });
    expect(told).toEqual(['30 tell L2', '35 resolved L2', '125 tell L2']);
  });

  it('by the machine before anybody heard of it asks for no review, and the workflow ends', async () => {
    const told = await running('P1', async ({ handle }) => {
      await pass(5);
      await handle.signal(incidentFaultSignal, over);
      expect(await handle.result()).toMatchObject({
        severity: 'P1',
        resolution: expect.stringContaining('quiet time'),
      });
    });
    expect(told).toEqual(['35 resolved L2']);
  });
});

describe('after a resolution', () => {
  it('the review is reminded of after 24 h and overdue after 48 h', async () => {
    const told = await running('P0', async ({ handle }) => {
      await pass(5);
      await handle.executeUpdate(resolveIncidentUpdate, { args: [{ by: 'A. Operator', how: 'restarted' }] });
      expect(await handle.result()).toMatchObject({ resolution: 'restarted' });
    });
    expect(told).toEqual([
      '0 tell L2+L3+L4',
      '5 resolved L2+L3+L4',
      `${DAY_MIN + 5} review-reminder L2+L3+L4`,
      `${2 * DAY_MIN + 5} review-overdue L2+L3+L4`,
    ]);
  });
});

describe('the machine', () => {
  it('tries first, writes down each try, and does not hold up the clocks', async () => {
    const counted: unknown[] = [];
    const plan = incidentPlan({ steps: ['probe-components', 'check-proxies'] });
    const told = await running(
      'P1',
      async ({ handle }) => {
        await pass(31);
        const { tried } = await handle.query(incidentQuery);
        expect(tried.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
          'probe-components done',
          'check-proxies failed',
        ]);
        await pass(1);
      },
      {
        planIncident: async () => plan,
        checkPool: async () => ({ outcome: 'failed', text: '0 of 10 proxies work' }),
        countRecovery: async ({ outcome }) => void counted.push(outcome),
      },
    );
    expect(told).toHaveLength(1);
    expect(counted).toEqual(['failed']);
  });

  it('tries a later fault about the day that it is then', async () => {
    const days: string[] = [];
    await running(
      'P1',
      async ({ handle }) => {
        await pass(DAY_MIN + 1);
        await handle.signal(incidentFaultSignal, faultOf('P1', { alertId: 'phoenix/b/daily', rule: 'b' }));
        await pass(1);
        expect((await handle.query(incidentQuery)).tried).toHaveLength(2);
      },
      {
        planIncident: async ({ atMs }) => {
          return incidentPlan({ steps: ['reload-model'], runDate: new Date(atMs).toISOString().slice(0, 10) });
        },
        careForModel: async ({ run }) => {
          days.push(run.runDate);
          return { ready: true, what: 'done' };
        },
      },
    );
    expect(new Set(days).size).toBe(2);
  });

  it('does not ask for a whole day before it has begun', async () => {
    await running(
      'P1',
      async ({ handle }) => {
        await pass(1);
        const { tried } = await handle.query(incidentQuery);
        expect(tried.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(['fill-gaps nothing']);
      },
      {
        planIncident: async () => incidentPlan({ steps: ['fill-gaps'], began: false }),
        planFill: async () => {
          throw new Error('nobody asked for it');
        },
      },
    );
  });

  it('does not keep people from hearing of what is new while it still tries about what was resolved', async () => {
    const latch = createLatch();
    await running(
      'P1',
      async ({ handle, told }) => {
        await latch.reached;
        await handle.executeUpdate(resolveIncidentUpdate, { args: [{ by: 'A. Operator', how: 'restarted' }] });
        await until(() => told.length === 1);
        await handle.signal(incidentFaultSignal, faultOf('P0', { alertId: 'phoenix/b/daily', rule: 'b' }));
        await until(() => told.length === 2).finally(latch.open);
        expect(told).toEqual(['0 resolved L2', '0 tell L2+L3+L4']);
      },
      {
        planIncident: async () => incidentPlan({ steps: ['probe-components'] }),
        probeComponents: async () => {
          await latch.wait();
          return { outcome: 'done', text: 'all answer' };
        },
      },
    );
  });
});

describe('a database that is away', () => {
  it('is waited for as long as it takes: an incident does not end by it', async () => {
    await running('P1', async ({ handle }) => {
      await pass(31);
      const { events } = await handle.fetchHistory();
      const limits = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled ? [Number(scheduled.scheduleToCloseTimeout?.seconds ?? 0)] : [],
      );
      const day = DAY_MIN * 60;
      expect(limits.length).toBeGreaterThan(1);
      expect(limits.filter((seconds) => seconds > 0 && seconds < 3_650 * day)).toEqual([]);
    });
  });
});
