import { describe, expect, it } from '@jest/globals';
import { PLANTED_PERSONAL } from '../../../../sandbox/listing-site/html.js';
import { redactPage } from '../../../../sources/phoenix-mls/redact.js';
import { savedPage } from '../../../support/listing-pages.js';

const redact = (html: string): string => {
  const body = redactPage({ type: 'html', html });
  return body.type === 'html' ? body.html : '';
};
const inPage = (content: string) => redact(`<html><head></head><body>${content}</body></html>`);

describe('redaction of pages', () => {
  it.each([
    ['listing_active', 'classic'],
    ['listing_pending', 'classic'],
    ['results_page_1_of_2', 'classic'],
    ['listing_cut', 'classic'],
    ['listing_pending', 'newer'],
    ['results_page_1_of_2', 'newer'],
    ['listing_pending', 'unseen'],
    ['results_page_1_of_2', 'unseen'],
  ] as const)(
    'leaves no personal word, script or picture in %s of the %s template, and a second time changes nothing',
    (name, layout) => {
      const once = redact(savedPage(name, layout));
      for (const word of Object.values(PLANTED_PERSONAL)) expect(once).not.toContain(word);
      expect(once).not.toMatch(/Quillfeather|<script|<style|onclick|data:image|555-?0142/i);
      expect(redact(once)).toBe(once);
    },
  );

  it('keeps the attribution and the facts', () => {
    const once = redact(savedPage('listing_active'));
    for (const word of ['Sandbox Realty', '144-20-052', 'Internet Data Exchange', '$520,000', '6937912', '[image]']) {
      expect(once).toContain(word);
    }
  });

  it.each([
    ['a telephone link', '<a href="tel:+16025550142">us</a>', '<a href="[withheld]">us</a>'],
    ['a mail link', '<a href="mailto:a@b.example">us</a>', '<a href="[withheld]">us</a>'],
    ['a number with dots', '<p>602.555.0142</p>', '<p>[withheld]</p>'],
    ['a number with country code', '<p>+1 602-555-0142</p>', '<p>[withheld]</p>'],
    ['a mail address in words', '<p>write a.b+c@d-e.example now</p>', '<p>write [withheld] now</p>'],
    ['a data attribute', '<p data-agent-name="Someone">x</p>', '<p data-agent-name="[withheld]">x</p>'],
    ['a name before a number', '<p>Text Someone: 602-555-0142.</p>', '<p>Text [withheld].</p>'],
    ['a comment', '<p>x<!-- Someone --></p>', '<p>x</p>'],
    ['a definition list', '<dl><dt>Listing Agent</dt><dd>Someone</dd></dl>', '<dt>Listing Agent</dt> [withheld]</dl>'],
    [
      'a table',
      '<table><tbody><tr><th>Owner</th><td>Someone</td></tr></tbody></table>',
      '<th>Owner</th> [withheld]</tr>',
    ],
    [
      'the next element',
      '<div><i>Agent:</i></div><div>Someone</div>',
      '<div><i>Agent:</i></div><div> [withheld]</div>',
    ],
    [
      'a label without colon or element of its own',
      '<p><i>Listing Agent</i> <i>Someone</i></p>',
      'Listing Agent</i> [withheld]<',
    ],
    ['one of two rows', '<p><b>Agent:</b> Someone<br><b>Beds:</b> 3</p>', '<b>Agent:</b> [withheld]<br><b>Beds:</b> 3'],
    ['an input with a number', '<input value="602-555-0142">', '<input value="[withheld]">'],
  ])('takes out %s', (_name, given, expected) => {
    expect(inPage(given)).toContain(expected);
  });

  it.each([
    ['a parcel number', '<p>144-20-052A</p>'],
    ['a ZIP+4', '<p>85302-1234</p>'],
    ['a price', '<p>$1,250,000</p>'],
    ['a day', '<p>2025-11-03</p>'],
    ['the kind of ownership', '<div class="flexmls_connect__ld_property_detail"><b>Ownership:</b> Fee Simple</div>'],
    ['what stands beside a button', '<p><button>Contact Agent</button> <i>43 photos</i></p>'],
    ['the office', '<div class="flexmls_connect__ld_property_detail"><b>Listing Office:</b> Some Realty</div>'],
  ])('leaves %s alone', (_name, given) => {
    expect(inPage(given)).toContain(given);
  });

  it('withholds a labelled name wherever it stands', () => {
    const row = '<div class="flexmls_connect__ld_property_detail"><b>Co-Listing Agent:</b> Some (One) Body</div>';
    expect(inPage(`${row}<p title="by some (one)  body">Ask Some (One) Body.</p>`)).not.toMatch(/\(One\)/i);
  });

  it('gives back what is no page as it is', () => {
    const body = { type: 'json' as const, json: { a: 1 } };
    expect(redactPage(body)).toBe(body);
  });
});
