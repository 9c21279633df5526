import { cutTo, plainText } from '../plain-text.js';

const LONGEST_TEXT = 500;

/** One line of plain text out of what a person, a source or a service wrote, cut at 500 letters. */
export const plainLine = (text: string): string => cutTo(LONGEST_TEXT, plainText(text));
