import { expect, it } from '@jest/globals';
import type { FrontAnswer } from './front.js';
import { bendPages, type Kit, NEVER } from './kit.js';

const STATES = ['ok', 'auth', 'blocked', 'drift', 'down'];
const refusal = (status: number): FrontAnswer => ({ status, headers: { 'content-type': 'text/html' }, body: '' });

/** Probing: one known-good call says how the service stands, and never throws for what it answers. */
export function probingContract(kit: () => Kit): void {
  it('says ok of a service that is well, in one sentence', async () => {
    const { state, evidence } = await kit().source.probe(NEVER);
    expect(state).toBe('ok');
    expect(evidence).toMatch(/\S/);
  });

  it.each([
    ['blocked', refusal(403)],
    ['down', refusal(503)],
    ['down', 'hang-up'],
    ['drift', 'envelope'],
  ] as const)('says %s where it is so (%j)', async (state, fault) => {
    const { source, standIn } = kit();
    bendPages(kit(), (page) => {
      if (fault === 'envelope') return standIn.breakEnvelope(page);
      return fault === 'hang-up' ? { ...refusal(200), body: page, cut: true } : fault;
    });
    expect((await source.probe(NEVER)).state).toBe(state);
  });

  it.each([400, 401, 404, 410, 418, 429, 500, 502])('gives a state for status %i', async (status) => {
    bendPages(kit(), () => refusal(status));
    const { state, evidence } = await kit().source.probe(NEVER);
    expect(STATES).toContain(state);
    expect(state).not.toBe('ok');
    expect(evidence).not.toContain(kit().standIn.secret ?? 'no secret');
  });
}
