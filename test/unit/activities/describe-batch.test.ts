import { describe, expect, it } from '@jest/globals';
import { describeBatch } from '../../../activities/describe-batch.js';
import { BadConfig, ModelBusy } from '../../../core/errors.js';

const good = { described: true, asked: true };
const items = ['a', 'b', 'c', 'd', 'e', 'f'];
const always = () => true;
const answers = async () => true;

/** Describes all but some. */
function allBut(...bad: readonly string[]) {
  return async (item: string) => {
    if (bad.includes(item)) throw new ModelBusy('small', `nothing about ${item}`);
    return good;
  };
}

describe('a batch', () => {
  it.each([
    ['all answered', [], 6, [], false],
    ['one not answered: left for later', ['b'], 5, ['b'], false],
    ['two apart: both left for later', ['b', 'd'], 4, ['b', 'd'], false],
    ['two in a row: broken off', ['c', 'd'], 2, ['c', 'd'], true],
    ['none: broken off', items, 0, ['a', 'b'], true],
  ])('%s', async (_name, bad, done, unanswered, broken) => {
    const outcome = await describeBatch(items, 1, allBut(...bad), always, answers);
    expect(outcome.done).toHaveLength(done);
    expect(outcome.unanswered.map(({ item }) => item)).toEqual(unanswered);
    expect(outcome.trouble !== null).toBe(broken);
  });

  it('is broken off at once when the server says nothing at all', async () => {
    const outcome = await describeBatch(items, 1, allBut('b'), always, async () => false);
    expect([outcome.done.length, outcome.unanswered.length]).toEqual([1, 1]);
    expect(outcome.trouble).toBeInstanceOf(ModelBusy);
  });

  it('is in trouble when its only item is not answered', async () => {
    expect((await describeBatch(['b'], 1, allBut('b'), always, answers)).trouble).toBeInstanceOf(ModelBusy);
  });

  it('works on as many at a time as it has lanes, and begins none after its time', async () => {
    let [running, most, begun] = [0, 0, 0];
    const one = async () => {
      begun += 1;
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return good;
    };
    await describeBatch(items, 3, one, () => begun < 4, answers);
    expect([most, begun]).toEqual([3, 4]);
  });

  it('raises what is not the busy model', async () => {
    const wrong = async () => {
      throw new BadConfig(['no such model']);
    };
    await expect(describeBatch(items, 2, wrong, always, answers)).rejects.toMatchObject({ code: 'BadConfig' });
  });
});
