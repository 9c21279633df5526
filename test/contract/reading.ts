import { expect, it } from '@jest/globals';
import type { Json } from '../../core/hash.js';
import type { RawPayload } from '../../core/raw-payload.js';
import { type Kit, textOf, typedErrorOf } from './kit.js';

/** Makes any later change of a value an error. */
function frozen(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
}

async function payloadsOf(kit: Kit): Promise<readonly RawPayload[]> {
  const pages = (await kit.walked()).flatMap(({ page }) => page.payloads);
  const details = (await kit.details()).flatMap(([, detail]) => (detail.status === 'found' ? detail.payloads : []));
  return [...pages, ...details].map((payload) =>
    payload.body.type === 'html' ? payload : { ...payload, body: { type: 'json', json: frozen(payload.body.json) } },
  );
}

/** Reading: `redact` and `parse` change nothing and give the same each time. */
export function readingContract(kit: () => Kit): void {
  it('redacts without touching what it got, and once is as good as twice', async () => {
    const { source } = kit();
    for (const payload of await payloadsOf(kit())) {
      const before = textOf(payload.body);
      const once = source.redact(payload.body);
      expect(source.redact(payload.body)).toEqual(once);
      expect(source.redact(once)).toEqual(once);
      expect(textOf(payload.body)).toBe(before);
    }
  });

  it('parses without touching what it got, the same each time, in this process and the next', async () => {
    const { source, again, name } = kit();
    const other = again().sources.get(name);
    for (const payload of await payloadsOf(kit())) {
      const body = source.redact(payload.body);
      const redacted = {
        ...payload,
        body: body.type === 'html' ? body : { type: 'json' as const, json: frozen(body.json) },
      };
      const once = source.parse(redacted);
      expect(source.parse(redacted)).toEqual(once);
      expect(other.parse({ ...redacted, fetchId: 'another' })).toEqual(once);
      expect(source.driftOf(redacted, once)).toBeNull();
    }
  });

  it('gives every row of a page as a record or a reject, each fact with its place', async () => {
    const { source, standIn } = kit();
    for (const { page } of await kit().walked()) {
      for (const payload of page.payloads) {
        const { records, rejects } = source.parse({ ...payload, body: source.redact(payload.body) });
        const keys = new Set(records.map(({ key }) => key));
        const lost = new Set(
          rejects.filter(({ key }) => key === null || !keys.has(key)).map((one) => one.mandatory?.row ?? one.path),
        );
        expect(keys.size + lost.size).toBe(standIn.rowsOf(textOf(payload.body)));
        for (const { facts } of records) {
          expect(facts.length).toBeGreaterThan(0);
          expect(facts.every(({ name, path }) => name !== '' && path !== '')).toBe(true);
          expect(new Set(facts.map(({ name }) => name)).size).toBe(facts.length);
        }
      }
    }
  });

  it.each([
    ['a kind that nobody knows', { kind: 'no such kind' }],
    ['a page for JSON, or JSON for a page', { body: 'swapped' }],
    ['nothing', { body: 'nothing' }],
  ] as const)('says in a typed error that it cannot parse %s', async (_what, change) => {
    const { source } = kit();
    const [payload] = (await kit().walked())[0]?.page.payloads ?? [];
    if (!payload) throw new Error('the first page has no payload');
    const json = payload.body.type === 'json';
    const swapped: RawPayload['body'] = json ? { type: 'html', html: '<p>hello</p>' } : { type: 'json', json: {} };
    const nothing: RawPayload['body'] = json ? { type: 'json', json: null } : { type: 'html', html: '' };
    const bent =
      'kind' in change
        ? { ...payload, kind: change.kind }
        : { ...payload, body: change.body === 'swapped' ? swapped : nothing };
    const error = await typedErrorOf(
      Promise.resolve().then(() => source.parse({ ...bent, body: source.redact(bent.body) })),
    );
    expect(error.code).toBe('SchemaDrift');
  });
}
