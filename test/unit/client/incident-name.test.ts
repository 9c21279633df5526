import { describe, expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/common';
import { causeIn, incidentNamed, ofIncident } from '../../../client/incident-name.js';

describe('the name of an incident', () => {
  it.each([
    ['office/network', 'phoenix/office/network'],
    ['phoenix/office/network', 'phoenix/office/network'],
    ['tucson/run/start@20260301T100000Z', 'tucson/run/start@20260301T100000Z'],
    ['budget', 'phoenix/budget'],
    ['constructor/x', 'phoenix/constructor/x'],
  ])('%s is %s', (given, full) => expect(incidentNamed(given)).toBe(full));

  it('is market and cause', () => {
    expect(causeIn('tucson/run/start@20260301T100000Z')).toEqual({ market: 'tucson', cause: 'run/start' });
    expect(() => causeIn('phoenix/')).toThrow('is no id of an incident');
  });

  it('of one that was never opened is told as such', async () => {
    const away = new WorkflowNotFoundError('not found', 'incident/phoenix/x', undefined);
    await expect(ofIncident('phoenix/x', Promise.reject(away))).rejects.toMatchObject({
      code: 'NotFound',
      message: 'no incident phoenix/x',
    });
    await expect(ofIncident('phoenix/x', Promise.reject(new Error('other')))).rejects.toThrow('other');
  });
});
