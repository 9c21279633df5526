import { describe, expect, it } from '@jest/globals';
import { withoutContacts } from '../../../domain/contacts.js';
import { processorMs } from '../../support/processor-time.js';

describe('a text without contacts', () => {
  it.each([
    ['Write to jane.doe+home@agents.example.com.', 'Write to [withheld].'],
    ['(602) 555-0142 or 602.555.0142 or +1 602-555-0142', '[withheld] or [withheld] or [withheld]'],
    ['Call Jane at 602-555-0142!', 'Call [withheld]!'],
    ['Parcel 103-06-005, ZIP 85031-1234, built 1958', 'Parcel 103-06-005, ZIP 85031-1234, built 1958'],
    ['5 beds @ $315,000', '5 beds @ $315,000'],
    ['', ''],
  ])('of %j is %j, and stays so', (text, expected) => {
    expect(withoutContacts(text)).toBe(expected);
    expect(withoutContacts(expected)).toBe(expected);
  });

  it.each([
    ['one word', 'a'.repeat(2_000_000)],
    ['signs of addresses', 'a@'.repeat(500_000)],
    ['an invitation and blanks', `call ${' '.repeat(2_000_000)}`],
    ['digits', '6'.repeat(2_000_000)],
    ['nothing but invitations', 'call '.repeat(200_000)],
  ])('is made in a time that grows with its length: %s', (_name, text) => {
    // Under a second where nothing else runs; in a time that grows with the square it would be many minutes.
    expect(processorMs(() => withoutContacts(text))).toBeLessThan(20_000);
  });
});
