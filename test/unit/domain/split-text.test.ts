import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitAtSentences } from '../../../domain/split-text.js';

describe('long text', () => {
  it.each<[string, string, number, readonly string[]]>([
    ['is left alone when it is short', 'One. Two.', 20, ['One. Two.']],
    ['is split between sentences', 'One one. Two two. Three!', 17, ['One one. Two two.', 'Three!']],
    ['is split at lines and items', 'Pool; solar\n• roof', 6, ['Pool', 'solar', 'roof']],
    ['is split between words where a sentence is too long', 'a wide and sunny yard', 10, ['a wide and', 'sunny yard']],
    ['is cut where a word is too long', 'abcdefgh', 3, ['abc', 'def', 'gh']],
    ['may be nothing', '  ', 5, []],
  ])('%s', (_name, text, most, parts) => {
    expect(splitAtSentences(text, most)).toEqual(parts);
  });

  it('keeps every word in its order, in parts that are not too long', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,9}[.!?]?$/), { maxLength: 80 });
    fc.assert(
      fc.property(words, fc.integer({ min: 10, max: 60 }), (drawn, most) => {
        const parts = splitAtSentences(drawn.join(' '), most);
        expect(parts.join(' ')).toBe(drawn.join(' '));
        expect(parts.every((part) => part.length <= most && part !== '')).toBe(true);
      }),
    );
  });
});
