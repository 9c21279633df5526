/**
 * What is read from the text of a listing. `floodIrrigation`, `pool` (the home's own), `communityPool`, `rvParking`, `guestHouse`: there
 * is one or there is none. `hoaMonthlyUsd`: all fees of associations as US dollars a month, 0 for none. `solar`: `owned`, `leased`,
 * `unstated` (panels, no word whose) or `none`. `cooling`: `refrigeration`, `evaporative` or `both`. `roof`: materials in the order
 * of the alphabet, `foam and tile`. `roofYear`: when it was laid. `garageSpaces`: cars, 0 for no garage.
 */
export const TEXT_FIELDS = [
  'floodIrrigation',
  'hoaMonthlyUsd',
  'solar',
  'pool',
  'communityPool',
  'cooling',
  'roof',
  'roofYear',
  'garageSpaces',
  'rvParking',
  'guestHouse',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];
export type TextValue = string | number | boolean;

/** From most to least sure; `docs/extraction.md` says how each is decided, `config/evaluation/figures.json` how right each was. */
export const CONFIDENCE_CLASSES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCE_CLASSES)[number];

/** Words of a text and where they stand, in UTF-16 code units: `text.slice(start, end) === quote`. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
  readonly quote: string;
}

/** One thing that the text of a listing says, and the words that say it. */
export interface TextFact {
  readonly field: TextField;
  readonly value: TextValue;
  readonly confidence: Confidence;
  readonly by: 'rules' | 'model';
  readonly span: TextSpan;
}
