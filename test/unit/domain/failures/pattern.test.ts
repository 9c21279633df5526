import { describe, expect, it } from '@jest/globals';
import { patternOf } from '../../../../domain/failures/pattern.js';

describe('the words of a message that stay the same', () => {
  it.each([
    ['mcassessor.maricopa.gov: time-out (response)', 'mcassessor.maricopa.gov: time-out (response)'],
    ['127.0.0.1:40123: no answer (ECONNRESET)', '<host>: no answer (ECONNRESET)'],
    ['localhost:40123: status 503', '<host>: status 503'],
    ['api.example: next request in 47000 ms', 'api.example: next request in # ms'],
    [
      'maricopa-assessor: https://a.example/parcel/123-45-678?t=x: HTML for JSON',
      'maricopa-assessor: <url> HTML for JSON',
    ],
    ['parcel 10812045A of 85031 is gone', 'parcel # of # is gone'],
    ['3f2504e0-4f89-11d3-9a0c-0305e82c3301 was lost', '# was lost'],
    ['1234 N 5th Ave is not in 85031', '<street> is not in #'],
    ['cannot write /data/demo/artifacts/run.json', 'cannot write <path>'],
    ['mail to a.person@example.com was refused', 'mail to <mail> was refused'],
    ['proxy d-7: no connection to the proxy', 'proxy #: no connection to the proxy'],
    ['"Jane Roe" is no number', '<text> is no number'],
    ['Results[3].APN is missing', 'Results[#].APN is missing'],
    ['line one\n  line two', 'line one line two'],
    ['', ''],
  ])('of %j are %j', (message, pattern) => {
    expect(patternOf(message)).toBe(pattern);
  });

  it('are the same for another parcel, another time and another place', () => {
    const one = patternOf(
      'pima: http://127.0.0.1:4000/parcel/1?a=1: status 500 after 12.5 s at 2026-03-02T10:00:00.123Z',
    );
    const other = patternOf('pima: http://127.0.0.1:5999/parcel/77: status 500 after 3 s at 2027-11-30T01:02:03Z');
    expect(one).toBe(other);
    expect(one).toContain('status 500');
  });

  it('are few, and found in linear time, however long and hostile the message is', () => {
    for (const hostile of ['1 a'.repeat(50_000), '"'.repeat(100_000), '/a'.repeat(50_000), 'a.'.repeat(50_000)])
      expect(patternOf(hostile).length).toBeLessThanOrEqual(160);
  });
});
