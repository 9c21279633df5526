/*
 * Words that a description may use without a fact behind them. They join facts, and claim nothing by themselves: no word here
 * praises, promises or names a thing a home may lack. What is not here must stand in the facts or in the remarks.
 */
const JOINING = `
a about above additional address all also an and are area areas around as asked asking at based be been being between both
built but by called comes contains construct constructed convey cooled currently data date description detail details
different each ease facts feature featured features featuring first for found from further give given gives has have having
here home homes house housing in include included includes including information inside is it its known least listed listing
located location made make makes many measures measuring more most name named number occupying of offer offered offering
offers on one only or other our out over part per place placed plus price priced provide provided provides
providing property recorded residence residential roughly sale sales same set sit sits situated sitting size sized sold spread
space spaces stand standing stands state states such than that the their there these they this those to together total
under up was well were what when where which while whole whose with within year
years
`;
const MEASURES = `
acre acres approximately bath bathroom bathrooms baths bed bedroom bedrooms beds currently dollars feet foot ft half
full interior living lot month monthly nearly quarterly sale sq sqft square status usd us yearly year-old street
`;
const PLACES = 'arizona az county maricopa state';

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Lower-case words that need no support. */
export const NEUTRAL_WORDS: ReadonlySet<string> = new Set([JOINING, MEASURES, PLACES].flatMap(words));

/** A rough singular, so that `panels` supports `panel`. */
export function stem(word: string): string {
  return word.replace(/(?:'s|’s|s)$/, '');
}
