/** What stands in the place of personal words. */
export const WITHHELD = '[withheld]';

/** Parts as long as the mail standard allows (RFC 5321, 4.5.3.1): without bounds a long word takes the square of its length. */
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;
/** North American numbers with separators; parcel numbers (3-2-3) and ZIP+4 (5-4) have another rhythm. */
const PHONE = /(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b/g;
/** `Call Jane at [withheld]`: a name that stands between the invitation and the number. */
const INVITATION = /\b(call|text|phone|contact|e-?mail)\s+[^.!?[]{1,60}\[withheld\]/gi;

/** The text without telephone numbers, mail addresses, and the names in front of them. Pure and idempotent. */
export function withoutContacts(text: string): string {
  return text.replace(EMAIL, WITHHELD).replace(PHONE, WITHHELD).replace(INVITATION, `$1 ${WITHHELD}`);
}
