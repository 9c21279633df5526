import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BatchControl, BatchMeasure } from '../../../core/schemas/model.js';
import { BATCH_BOUNDS, FIRST_BATCH, nextBatch } from '../../../domain/batch-control.js';

/** A clean batch, as large as it was cut, at so many milliseconds a question. */
function cleanBatch({ size }: BatchControl, msEach: number, more: Partial<BatchMeasure> = {}): BatchMeasure {
  const whole = { claimed: size, asked: size, milliseconds: size * msEach, timeouts: 0, refused: 0 };
  return { ...whole, lanesAtMost: 1, memoryLow: false, ...more };
}

/** After so many clean batches. @param msEach by lanes */
function settled(batches: number, msEach: (lanes: number) => number, lanesAtMost: number): BatchControl {
  let control = FIRST_BATCH;
  for (let n = 0; n < batches; n += 1) {
    control = nextBatch(control, cleanBatch(control, msEach(control.lanes), { lanesAtMost }));
  }
  return control;
}

describe('the size of a batch', () => {
  it.each([
    ['6 s a property on two cores: stays small', 6_000, { size: 10, lanes: 1 }],
    ['20 s a property: as small as it may be', 20_000, { size: 5, lanes: 1 }],
    ['3 s a property: 20', 3_000, { size: 20, lanes: 1 }],
    ['0.3 s a property: as large as it may be', 300, { size: 100, lanes: 1 }],
  ])('settles at a minute of work: %s', (_name, msEach, expected) => {
    expect(settled(12, () => msEach, 1)).toMatchObject(expected);
  });

  it('grows only after two clean batches, and at most to the double', () => {
    const once = nextBatch(FIRST_BATCH, cleanBatch(FIRST_BATCH, 100));
    expect(once.size).toBe(10);
    expect(nextBatch(once, cleanBatch(once, 100)).size).toBe(20);
  });

  it.each([
    ['a time-out', { timeouts: 1 }],
    ['a refusal', { refused: 1 }],
    ['memory that is nearly used up', { memoryLow: true }],
  ])('is halved by %s, with one lane, and says why', (_name, trouble) => {
    const fast = settled(12, (lanes) => 300 / lanes, 4);
    const troubled = nextBatch(fast, cleanBatch(fast, 300, trouble));
    expect(troubled).toMatchObject({ size: Math.round(fast.size / 2), lanes: 1, clean: 0 });
    expect(troubled.why).toMatch(/half the size/);
  });

  it('is not judged by known answers, which cost nothing', () => {
    const known = { asked: 0, milliseconds: 50 };
    const once = nextBatch(FIRST_BATCH, cleanBatch(FIRST_BATCH, 0, known));
    expect(once).toMatchObject({ size: 20, msPerProperty: null });
    expect(nextBatch(once, cleanBatch(once, 0, known)).size).toBe(BATCH_BOUNDS.unmeasuredMost);
    const rest = nextBatch(FIRST_BATCH, cleanBatch(FIRST_BATCH, 0, { ...known, claimed: 2 }));
    expect(rest.size).toBe(10);
  });
});

describe('lanes', () => {
  it('are added while each makes a property a good deal faster, up to the room there is', () => {
    expect(settled(60, (lanes) => 2_000 / lanes, 4).lanes).toBe(4);
    expect(settled(60, (lanes) => 2_000 / lanes, 9).lanes).toBe(5);
  });

  it('go again when they bring nothing, and are not tried for a while', () => {
    const tried = settled(4, () => 2_000, 4);
    expect(tried.lanes).toBe(1);
    expect(tried.rest).toBeGreaterThan(0);
    const wide: number[] = [];
    let control = tried;
    for (let n = 0; n < 15; n += 1) {
      control = nextBatch(control, cleanBatch(control, 2_000, { lanesAtMost: 4 }));
      wide.push(control.lanes);
    }
    expect(new Set(wide)).toEqual(new Set([1]));
  });

  it('are never more than one on a small machine', () => {
    expect(settled(60, (lanes) => 2_000 / lanes, 1).lanes).toBe(1);
  });
});

it('stays in its bounds whatever happens, and shrinks in trouble', () => {
  const measure = fc.record({
    claimed: fc.integer({ min: 1, max: 100 }),
    asked: fc.integer({ min: 0, max: 100 }),
    milliseconds: fc.integer({ min: 0, max: 3_600_000 }),
    timeouts: fc.integer({ min: 0, max: 2 }),
    refused: fc.integer({ min: 0, max: 2 }),
    lanesAtMost: fc.integer({ min: 0, max: 64 }),
    memoryLow: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(measure, { maxLength: 60 }), (measures) => {
      let control = FIRST_BATCH;
      for (const one of measures) {
        const next = nextBatch(control, { ...one, asked: Math.min(one.asked, one.claimed) });
        expect(next.size).toBeGreaterThanOrEqual(BATCH_BOUNDS.fewest);
        expect(next.size).toBeLessThanOrEqual(BATCH_BOUNDS.most);
        expect(Number.isInteger(next.size)).toBe(true);
        expect(next.size).toBeLessThanOrEqual(Math.max(control.size * 2, BATCH_BOUNDS.fewest));
        expect(next.lanes).toBeGreaterThanOrEqual(1);
        expect(next.lanes).toBeLessThanOrEqual(BATCH_BOUNDS.lanes);
        if (one.timeouts + one.refused > 0) {
          expect(next.lanes).toBe(1);
          expect(next.size).toBeLessThanOrEqual(control.size);
        }
        control = next;
      }
    }),
  );
});
