import { describe, expect, it } from '@jest/globals';
import { createIdSet } from '../../../store/retention/id-set.js';

describe('a set of ids', () => {
  it('has nothing while it is empty', () => {
    expect(createIdSet().has(0)).toBe(false);
  });

  it('has what was added, once or often, before and after it had to grow', () => {
    const ids = createIdSet();
    const known = Array.from({ length: 200_000 }, (_, at) => ((at * 7_919) % 150_001) * 2);
    for (const id of known) ids.add(id);
    for (const id of known) ids.add(id);
    expect(known.every((id) => ids.has(id))).toBe(true);
    expect(known.some((id) => ids.has(id + 1))).toBe(false);
  });

  it('takes more after it was asked', () => {
    const ids = createIdSet();
    ids.add(5);
    expect([ids.has(5), ids.has(3)]).toEqual([true, false]);
    ids.add(3);
    expect([ids.has(5), ids.has(3), ids.has(4)]).toEqual([true, true, false]);
  });
});
