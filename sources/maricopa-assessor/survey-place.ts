import { isFault, NOTHING, type Reader, textOf } from '../../domain/readings.js';

/** Townships and ranges of the county reach from 1 to 20 in each direction (assumed bound; recorded: 1 to 7). */
const HIGHEST_NUMBER = 20;
const SPACED = /^(\d{1,2}) (\d{1,2}[NS]) (\d{1,2}[EW])$/;
const UNSPACED = /^(\d{2,4})([NS])(\d{1,2}[EW])$/;

/**
 * Section, township and range of both recorded forms: `26 3N 3E` (documents) and `292N2E` (search rows). The second has
 * no blank between section and township; the split with the longer section wins, as townships of two digits are outside
 * the county's built-up part (assumed).
 */
export const surveyPlace: Reader = (value) => {
  const read = textOf(value);
  if (isFault(read)) return read;
  if (read === null) return NOTHING;
  const parts = spaced(read.toUpperCase()) ?? unspaced(read.toUpperCase());
  if (!parts) return { fault: 'is no section, township and range' };
  const [section, township, range] = parts;
  return {
    values: [
      ['PublicSurveySection', section],
      ['PublicSurveyTownship', township],
      ['PublicSurveyRange', range],
    ],
  };
};

type Parts = readonly [section: string, township: string, range: string];

function spaced(words: string): Parts | null {
  const [, section, township, range] = SPACED.exec(words) ?? [];
  return checked(section, township, range);
}

function unspaced(words: string): Parts | null {
  const [, digits = '', side, range] = UNSPACED.exec(words) ?? [];
  for (const length of [2, 1]) {
    const parts = checked(digits.slice(0, length), `${digits.slice(length)}${side}`, range);
    if (parts) return parts;
  }
  return null;
}

function checked(section = '', township = '', range = ''): Parts | null {
  const fits = (text: string, highest: number) =>
    /^[1-9]\d?[NSEW]?$/.test(text) && Number.parseInt(text, 10) <= highest;
  return fits(section, 36) && fits(township, HIGHEST_NUMBER) && fits(range, HIGHEST_NUMBER)
    ? [section, township, range]
    : null;
}
