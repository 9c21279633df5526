import { expect, it } from '@jest/globals';
import { MAX_REMARKS_CHARS } from '../../../llm/hostile-text.js';
import { describeInput } from '../../../llm/prompt-input.js';
import { homeWith } from '../../support/properties.js';

const FILL = 'The street is lined with old trees and the light is good. ';

it('shows of long remarks the part that states most of the features, cut between sentences', () => {
  const said = 'Flood irrigation waters the yard. The solar panels are owned.';
  const { remarks } = describeInput(homeWith({ PublicRemarks: `${FILL.repeat(15)}${said} ${FILL.repeat(15)}` }));
  expect(remarks).toContain(said);
  expect(remarks?.length).toBeLessThanOrEqual(MAX_REMARKS_CHARS);
  expect(remarks).toMatch(/^[A-Z].*\.$/);
});

it('shows short remarks whole', () => {
  expect(describeInput(homeWith({ PublicRemarks: FILL })).remarks).toBe(FILL.trim());
});
