import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../../../core/config.js';
import { canonicalJson, type Json, sha256 } from '../../../core/hash.js';
import { createLogger, scrub } from '../../../core/logger.js';

describe('canonical JSON', () => {
  it('is the same for equal values, whatever the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'x' }] })).toBe(canonicalJson({ a: [{ c: 'x', d: null }], b: 1 }));
  });

  it('parses back to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json: Json = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(canonicalJson(json))).toEqual(json);
      }),
      { seed: 11 },
    );
  });

  it('tells different values apart', () => {
    const texts = [
      canonicalJson([1, 2]),
      canonicalJson([2, 1]),
      canonicalJson(['1', 2]),
      canonicalJson({ a: 1 }),
      canonicalJson({ a: null }),
    ];
    expect(new Set(texts.map((text) => sha256(text))).size).toBe(texts.length);
  });
});

describe('the logger', () => {
  const config = loadConfig({
    env: {
      MARICOPA_API_KEY: 'canary-token',
      SMTP_PASSWORD: 'canary-password',
      MONGODB_URL: 'mongodb://me:canary-db@127.0.0.1:27017/',
    },
    file: '/dev/null',
  });

  it('lets no secret through, wherever it stands in a line', () => {
    const lines: string[] = [];
    const logger = createLogger(config, 'test', { write: (line: string) => lines.push(line) });
    logger.info({ header: 'canary-token', nested: { url: config.mongodbUrl } }, 'sent canary-password');
    logger.error({ err: new Error('log-in canary-password refused', { cause: new Error('canary-db') }) }, 'failed');
    const text = lines.join('\n');
    expect(lines).toHaveLength(2);
    expect(text).toContain('[secret]');
    expect(text).not.toMatch(/canary-(token|password|db)/);
  });

  it('takes credentials out of any address', () => {
    expect(scrub('proxy http://user:pw-123@proxy.example:80/ is away', [])).toBe(
      'proxy http://[secret]@proxy.example:80/ is away',
    );
  });
});
