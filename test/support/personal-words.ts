/** Every text in a value, with the name of its field. */
export function textsIn(value: unknown, name = ''): { name: string; text: string }[] {
  if (typeof value === 'string') return [{ name, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, item]) => textsIn(item, field));
}

/** Fields of the county's answers that hold personal words. */
export const PERSONAL_FIELDS =
  /^(Ownership|OwnerID|OwnerName|OwnerAddress|OwnerPhone|InCareOf|ContoOwnership|Mailing.*|FullMailingAddress|Owner|Contact|Agent.*|BusinessContact.*|Name[12]|Vin\d)$/;
/** Parts of addresses that many share, and words that are no person. */
const HARMLESS = new Set(['NA', '0', 'AZ', 'CT', 'TX', 'USA']);
const squeezed = (text: string) =>
  text
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, ' ')
    .trim();

/**
 * What must be gone from an answer of the county: owner names and mailing addresses, save those equal to a place of the
 * parcel itself.
 */
export function personalWordsIn(body: unknown): string[] {
  const texts = textsIn(body);
  const places = texts.filter(({ name }) => /^(PropertyAddress|SitusAddress|SitusCity|LocalJusidiction)$/.test(name));
  return texts
    .filter(({ name, text }) => PERSONAL_FIELDS.test(name) && squeezed(text) !== '' && !HARMLESS.has(text.trim()))
    .filter(({ name }) => !/^Mailing(City|Zip)$/.test(name))
    .map(({ text }) => text)
    .filter(
      (text) =>
        !places.some((place) =>
          squeezed(place.text).replace(' AZ ', ' ').startsWith(squeezed(text).replace(' AZ ', ' ')),
        ),
    );
}
