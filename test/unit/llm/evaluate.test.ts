import { describe, expect, it } from '@jest/globals';
import { TEXT_FIELDS, type TextFact } from '../../../core/schemas/text-facts.js';
import { ALL_GROUPS, type Committed, loadFigures, worseThan } from '../../../llm/evaluate/figures.js';
import { gateModel, gateRules, gateSwitches, verdicts } from '../../../llm/evaluate/gate.js';
import { type Measured, measureBoth, measureRules } from '../../../llm/evaluate/readers.js';
import { scoreReadings } from '../../../llm/evaluate/score.js';
import { loadSet, SET_NAMES } from '../../../llm/evaluate/sets.js';
import { fieldsForModel } from '../../../llm/extraction-settings.js';

const NAMED = { name: 'small:1m', promptVersion: 'extract@1+0' };
const fact = (field: TextFact['field'], value: TextFact['value'], changes: Partial<TextFact> = {}): TextFact => ({
  field,
  value,
  confidence: 'high',
  by: 'rules',
  span: { start: 0, end: 4, quote: 'Pool' },
  ...changes,
});
const listing = (facts: Record<string, string | number | boolean | null>) => ({
  id: 'a',
  group: 'a',
  text: 'Pool',
  facts,
});

describe('the labelled sets', () => {
  it('hold 40 texts by hand in two halves, every field judged, and at least 100 drawn ones', () => {
    const hand = loadSet('hand').listings;
    expect(hand).toHaveLength(40);
    expect(hand.filter(({ group }) => group === 'held-out')).toHaveLength(20);
    for (const { facts } of hand) expect(Object.keys(facts).sort()).toEqual([...TEXT_FIELDS].sort());
    expect(loadSet('sandbox').listings.length).toBeGreaterThanOrEqual(100);
  });

  it('are read by rules not worse than the committed figures say', () => {
    const committed = loadFigures();
    expect(Object.keys(committed.rules).sort()).toEqual([...ALL_GROUPS].sort());
    for (const name of SET_NAMES) expect(gateRules(name, measureRules(loadSet(name)), committed)).toEqual([]);
  });

  it('give every fact with its words', () => {
    for (const name of SET_NAMES) expect(measureRules(loadSet(name)).figures.grounded).toBe(1);
  });
});

describe('counting', () => {
  it('counts a wrong value as wrong and as missed, and leaves out what was not judged', () => {
    const { fields, macroF1 } = scoreReadings([
      {
        listing: listing({ pool: true, solar: 'owned', roof: null }),
        facts: [fact('pool', true), fact('solar', 'leased')],
      },
      { listing: listing({ pool: null, solar: 'owned' }), facts: [fact('pool', false), fact('guestHouse', true)] },
    ]);
    expect(fields.pool).toEqual({ stated: 1, right: 1, wrong: 1, missed: 0, precision: 0.5, recall: 1, f1: 0.6667 });
    expect(fields.solar).toEqual({ stated: 2, right: 0, wrong: 1, missed: 2, precision: 0, recall: 0, f1: 0 });
    expect(fields.roof).toMatchObject({ f1: null });
    expect(fields.guestHouse).toBeUndefined();
    expect(macroF1).toBeCloseTo(1 / 3, 3);
  });

  it('tells facts whose words are elsewhere, and how right each class is', () => {
    const loose = fact('solar', 'owned', { confidence: 'low', span: { start: 1, end: 5, quote: 'Pool' } });
    const { grounded, classes } = scoreReadings([
      { listing: listing({ pool: true, solar: null }), facts: [fact('pool', true), loose] },
    ]);
    expect(grounded).toBe(0.5);
    expect(classes).toEqual({
      high: { facts: 1, precision: 1 },
      medium: { facts: 0, precision: null },
      low: { facts: 1, precision: 0 },
    });
  });
});

describe('the gate', () => {
  const good: Committed = {
    macroF1: 0.9,
    grounded: 1,
    fields: { pool: 0.9 },
    classes: { high: 0.9, medium: null, low: null },
  };
  it.each<[string, Committed | undefined, Committed, number]>([
    ['the same', good, good, 0],
    ['better', good, { ...good, macroF1: 0.95 }, 0],
    ['a worse mean', good, { ...good, macroF1: 0.8999 }, 1],
    ['a worse field and class', good, { ...good, fields: { pool: 0.8 }, classes: { high: 0.8 } }, 2],
    ['words that are not found', good, { ...good, grounded: 0.99 }, 1],
    ['nothing to hold against', undefined, good, 1],
  ])('finds %s', (_name, before, now, faults) => expect(worseThan('x', before, now)).toHaveLength(faults));

  it('takes no figures of another model or prompt', () => {
    const both = measureRules(loadSet('hand'));
    const model = { ...NAMED, sets: {} };
    expect(gateModel('hand', both, { rules: {}, model: null }, NAMED)).toHaveLength(1);
    expect(gateModel('hand', both, { rules: {}, model }, { ...NAMED, name: 'other' })).toHaveLength(1);
  });

  it('lets the model read a field only where it helps', () => {
    const set = loadSet('hand');
    const rules = measureRules(set);
    const lie = fact('pool', true, {
      by: 'model',
      confidence: 'low',
      span: { start: 0, end: 1, quote: set.listings[20]?.text.slice(0, 1) ?? '' },
    });
    const reading = { facts: [lie], asked: 1, answered: 1, tokensUsed: 1, processingMs: 1 };
    const said = new Map([[set.listings[20]?.id ?? '', new Map([['pool', reading] as const])]]);
    const trial: Measured = measureBoth(set, said, TEXT_FIELDS);
    expect(gateSwitches(verdicts(rules, trial, ['pool']), rules, trial)).toHaveLength(2);
    expect(gateSwitches(verdicts(rules, trial, []), rules, measureBoth(set, said, []))).toEqual([]);
  });

  it('was passed by the fields that are on', () => {
    const { rules, model } = loadFigures();
    if (fieldsForModel().length > 0) expect(model).not.toBeNull();
    for (const [name, { macroF1 }] of Object.entries(model?.sets ?? {}))
      expect(macroF1).toBeGreaterThanOrEqual(rules[name]?.macroF1 ?? 1);
  });
});
