import { gzipSync } from 'node:zlib';
import { answerOf, type FrontAnswer } from './front.js';
import type { StandIn } from './harness.js';

/** A name, and the answer made from a right page. */
export type HostileBody = readonly [name: string, bend: (page: string) => string | FrontAnswer];

const MB = 1_048_576;
/** Levels of nesting; more than a recursion survives. */
const DEEP = 100_000;
const repeated = (text: string, times: number) => text.repeat(times);

/** Bodies that no service should send, whatever its media type. */
export function bodiesOfAnyType(contentType: string): readonly HostileBody[] {
  return [
    ['nothing', () => ''],
    ['half of the page, and the connection cut', (page) => ({ ...answerOf(page, contentType), cut: true })],
    ['half of the page as if it were whole', (page) => page.slice(0, page.length / 2)],
    ['10 MB', () => answerOf(Buffer.alloc(10 * MB, ' '), contentType)],
    ['10 MB after the page', (page) => page + repeated(' ', 10 * MB)],
    ['no end', () => ({ ...answerOf(Buffer.alloc(MB, ' '), contentType), endless: true })],
    [
      '100 MB packed into 100 KB',
      () => ({
        status: 200,
        headers: { 'content-type': contentType, 'content-encoding': 'gzip' },
        body: PACKED,
      }),
    ],
    ['bytes that are no text', () => answerOf(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80, 0xbf]), contentType)],
    ['another media type', (page) => answerOf(page, 'application/octet-stream')],
    ['no media type', (page) => answerOf(page, '')],
  ];
}

const PACKED = gzipSync(Buffer.alloc(100 * MB, ' '), { level: 9 });

/** Bodies for a service that speaks JSON. */
function jsonBodies({ withValue }: StandIn): readonly HostileBody[] {
  const json = (text: string): FrontAnswer => answerOf(text, 'application/json');
  const wholes: readonly (readonly [string, string])[] = [
    ['a page of HTML', '<!DOCTYPE html><title>Log in</title>'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"hello"'],
    ['NaN', 'NaN'],
    ['a number too large', '1e999'],
    ['an empty object', '{}'],
    ['__proto__ as the whole', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
    ['operators as the whole', '{"$where":"sleep(9000)","a.b":{"$gt":""}}'],
    ['lists in lists', `${repeated('[', DEEP)}${repeated(']', DEEP)}`],
    ['objects in objects', `${repeated('{"a":', DEEP)}1${repeated('}', DEEP)}`],
    ['lists that never close', repeated('[', DEEP)],
  ];
  const values: readonly (readonly [string, string])[] = [
    ['lists in lists', `${repeated('[', DEEP)}${repeated(']', DEEP)}`],
    ['objects in objects', `${repeated('{"a":', DEEP)}1${repeated('}', DEEP)}`],
    ['__proto__', '{"__proto__":{"polluted":true}}'],
    ['operators', '{"$where":"sleep(9000)","$gt":"","a.b":1}'],
    ['half of a character', '"\\ud800"'],
    ['NUL', '"a\\u0000b"'],
    ['NaN', 'NaN'],
    ['a number too large', '1e999'],
    ['200 digits', repeated('9', 200)],
    ['7 MB of text', JSON.stringify(repeated('x', 7 * MB))],
    ['7 MB of blanks', JSON.stringify(`a${repeated(' ', 7 * MB)}b`)],
    ['200,000 values', `[${repeated('1,', 200_000)}1]`],
  ];
  return [
    ['HTML with its own type', () => answerOf('<!DOCTYPE html><title>Log in</title>', 'text/html')],
    ...wholes.map(([name, text]): HostileBody => [name, () => json(text)]),
    ...values.map(
      ([name, value]): HostileBody => [
        `a row with ${name}`,
        (page) => json(withValue === null ? page : withValue(page, value)),
      ],
    ),
    ['a name said twice', (page) => json(page.replace('{', '{"__proto__":1,"__proto__":2,'))],
  ];
}

/** Bodies for a site that is read in a browser. */
function siteBodies({ withText }: StandIn): readonly HostileBody[] {
  const html = (text: string): FrontAnswer => answerOf(text, 'text/html; charset=UTF-8');
  return [
    ['JSON', () => answerOf('{"TOTAL":0,"Results":[]}', 'application/json')],
    ['elements in elements', () => html(repeated('<div>', DEEP))],
    [
      'elements in elements after the page',
      (page) => html(page.replace('</body>', `${repeated('<b><i>', DEEP)}</body>`)),
    ],
    ['a million letters in a row', (page) => html(withText(page, repeated('x', 1_000_000)))],
    ['NUL in a row', (page) => html(withText(page, '$100,0\u000000'))],
    ['half of a character in a row', (page) => html(withText(page, '&#xD800;'))],
    ['NaN in a row', (page) => html(withText(page, 'NaN'))],
    ['a price too large in a row', (page) => html(withText(page, `$${repeated('9', 400)}`))],
    ['a formula and an operator in a row', (page) => html(withText(page, '=1+1 $where __proto__'))],
    ['10,000 digits and commas in a row', (page) => html(withText(page, repeated('1,', 10_000)))],
    [
      '2,000 cards',
      (page) =>
        html(
          page.replace(/(<div class='flexmls_connect__sr_result'[\s\S]*?<\/div>\n<\/div>\n)/, (card) =>
            repeated(card, 2_000),
          ),
        ),
    ],
  ];
}

/** All that a source must survive in the place of a page. */
export function hostileBodies(standIn: StandIn): readonly HostileBody[] {
  const own = standIn.contentType.includes('json') ? jsonBodies(standIn) : siteBodies(standIn);
  return [...bodiesOfAnyType(standIn.contentType), ...own];
}
