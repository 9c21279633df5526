const LONGEST = 160;
const LONGEST_READ = 1_000;

/** What differs from time to time, and what stands for it. The order matters: addresses before the numbers in them. */
const DIFFERS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z+]{1,20}:\/\/[^\s"'<>)]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,5}/g, '<mail>'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]{5,12}Z?/g, '#'],
  [/"[^"]{0,200}"/g, '<text>'],
  [/'[^']{0,200}'/g, '<text>'],
  [
    /\b\d{1,6} (?:[NSEW]\.? )?[\w.]{1,30}(?: [\w.]{1,30}){0,3}? (?:ST|STREET|AVE|AVENUE|RD|ROAD|DR|DRIVE|LN|LANE|BLVD|CT|PL|WAY|TER|CIR|PKWY|TRL)\b/gi,
    '<street>',
  ],
  [/(?:^|(?<=[\s(=:]))(?:\/[\w.@+-]+){2,}\/?/g, '<path>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b/g, '<host>'],
  [/\b[\w-]{1,63}(?:\.[\w-]{1,63})*:\d{2,5}\b/g, '<host>'],
  // A status says what is wrong; every other number says which one.
  [/\b(status|HTTP|error) (\d{3})\b/gi, '$1 {$2}'],
  [/(?<![\w{])[\w-]*\d[\w-]*(?:\.\d+)*/g, '#'],
  [/#(?:[\s,.:/]*#)+/g, '#'],
  [/[{}]/g, ''],
  [/\s+/g, ' '],
];

/** A message without addresses, numbers, ids, quoted texts: the same trouble gives the same words. At most 160 characters. */
export function patternOf(message: string): string {
  const plain = DIFFERS.reduce((text, [what, by]) => text.replace(what, by), message.slice(0, LONGEST_READ));
  return plain.trim().slice(0, LONGEST);
}
