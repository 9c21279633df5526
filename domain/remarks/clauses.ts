const DENIED_BEFORE =
  /\b(?:no|not|without|never|lacks?|lacking|zero|non|neither|nor|isn't|hasn't|doesn't|don't|didn't)\b(?! (?:only|just|to mention|worries|problem)\b)/i;
const DENIED_AFTER =
  /^(?:\s*(?:[:?-]|is|are|fees?:?|dues?:?|cost:?)){0,2}\s*(?:none\b|nope\b|no\b(?! \w+ing)|n\/a\b|\$0\b)|^-free\b|^ free\b/i;
/** Behind a thing, in the same clause: it was there once. */
const GONE_AFTER =
  /^[^.!?;]{0,50}\b(?:capped|removed|disconnected|discontinued|not connected|no longer|filled[- ]in|abandoned|cancell?ed|shut off)\b|^[^.!?;]{0,90}\b(?:it|which|that) (?:was|were|has been|have been) (?:removed|filled|demolished)\b/i;
const CLAUSE_END = /[.!?;,:•*|\n]|\b(?:but|with|plus|and an?)\b/gi;

/** What stands before a place in its clause, at most 60 signs. */
export function clauseBefore(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - 60), start);
  let from = 0;
  for (const match of before.matchAll(CLAUSE_END)) from = match.index + match[0].length;
  return before.slice(from);
}

export interface Denial {
  readonly denied: boolean;
  /** Where the denying word begins in what stands before; null when the denial stands behind, or there is none. */
  readonly from: number | null;
}

/** Whether the words around a thing deny it. @param gone what besides the common words says that it is no longer there */
export function deniedBy(before: string, after: string, gone?: RegExp): Denial {
  const denial = DENIED_BEFORE.exec(before);
  if (denial !== null) return { denied: true, from: denial.index };
  return { denied: DENIED_AFTER.test(after) || GONE_AFTER.test(after) || gone?.test(after) === true, from: null };
}

/** The sentence a span stands in, at most 200 signs to each side. */
export function sentenceAround(text: string, start: number, end: number): string {
  const { from, to } = sentenceOf(text, start, end);
  return text.slice(from, to);
}

/** Where the sentence of a span begins and ends, at most 200 signs to each side. A point inside a number ends none. */
export function sentenceOf(text: string, start: number, end: number): { readonly from: number; readonly to: number } {
  const least = Math.max(0, start - 200);
  const before = text.slice(least, start);
  let from = 0;
  for (const match of before.matchAll(/[.!?;](?=\s)|\n/g)) from = match.index + 1;
  const stop = /[.!?;](?=\s|$)|\n/.exec(text.slice(end, end + 200))?.index;
  return { from: least + from, to: stop === undefined ? Math.min(text.length, end + 200) : end + stop };
}
