import { describe, expect, it } from '@jest/globals';
import { createLiveView } from '../../../client/live-view.js';
import { createOutput } from '../../../client/output.js';
import type { Snapshot } from '../../../client/snapshot.js';
import { NO_COUNTS } from '../../../core/schemas/collect.js';
import { keepingIo } from '../../support/phx.js';

function picture(seen: number, zips = 1): Snapshot {
  const counts = { ...NO_COUNTS, seen, stored: seen };
  return {
    phase: 'collect',
    paused: false,
    counts,
    words: { ready: 0, pending: 0 },
    sources: [
      {
        name: 'maricopa-assessor',
        status: 'running',
        details: 0,
        zips: Array.from({ length: zips }, (_, at) => ({
          ...counts,
          zip: String(85_000 + at),
          status: at === 0 ? 'open' : 'complete',
          reason: null,
          total: 120,
        })),
      },
    ],
  };
}

function viewOn(terminal: boolean, env: Record<string, string> = {}) {
  const io = keepingIo();
  const stderr = { ...io.stderr, isTTY: terminal, columns: 100 };
  let nowMs = 0;
  const out = createOutput({ ...io, stderr, env }, { json: false, quiet: false, colour: true });
  const view = createLiveView(out, () => nowMs);
  const passMs = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { view, passMs, written: io.written };
}

describe('without a terminal', () => {
  it('writes a line when something changed, and not more than one in 5 s', () => {
    const { view, passMs, written } = viewOn(false);
    for (const [seen, waitMs] of [
      [25, 1_000],
      [50, 1_000],
      [75, 4_000],
      [75, 6_000],
      [75, 6_000],
    ] as const) {
      view.show(picture(seen));
      passMs(waitMs);
    }
    expect(written.stderr.trim().split('\n')).toEqual([
      expect.stringContaining('25 seen'),
      expect.stringContaining('75 seen'),
    ]);
    expect(written.stderr).not.toContain('\u001b');
    expect(written.stdout).toBe('');
  });

  it('draws over nothing where CI says so', () => {
    const { view, written } = viewOn(true, { CI: 'true' });
    view.show(picture(25));
    expect(written.stderr).not.toContain('\u001b');
  });
});

describe('on a terminal', () => {
  it('draws over its own lines, and takes them away at the end', () => {
    const { view, written } = viewOn(true);
    view.show(picture(25));
    view.show(picture(50));
    view.end();
    expect(written.stderr.split('\u001b[3A\u001b[0J')).toHaveLength(3);
    expect(written.stderr.endsWith('\u001b[0J')).toBe(true);
  });

  it('stays low however many ZIPs there are', () => {
    const { view, written } = viewOn(true);
    view.show(picture(25, 200));
    expect(written.stderr.split('\n').length).toBeLessThan(15);
  });

  it('says that it waits when no worker answers', () => {
    const { view, written } = viewOn(true);
    view.show({ ...picture(0), phase: null });
    expect(written.stderr).toContain('waiting for a worker');
  });
});
