import { describe, expect, it } from '@jest/globals';
import { createRobotsGate, readRobots } from '../../../net/robots.js';

const SITE = 'https://site.example';

describe('robots.txt', () => {
  it.each([
    ['nothing at all', '', '/mls/', true],
    ['a plain disallow', 'User-agent: *\nDisallow: /mls/', '/mls/search/', false],
    ['another path', 'User-agent: *\nDisallow: /wp-admin/', '/mls/search/', true],
    ['the longest match', 'User-agent: *\nDisallow: /\nAllow: /mls/', '/mls/search/', true],
    ['a longer disallow', 'User-agent: *\nAllow: /mls/\nDisallow: /mls/search/', '/mls/search/?pg=1', false],
    ['a tie, which allow wins', 'User-agent: *\nDisallow: /mls/\nAllow: /mls/', '/mls/', true],
    ['an empty disallow', 'User-agent: *\nDisallow:', '/mls/', true],
    [
      'a group of our own',
      'User-agent: *\nDisallow: /\n\nUser-agent: Phoenix-Property-Collector\nDisallow: /x',
      '/mls/',
      true,
    ],
    ['groups of others', 'User-agent: otherbot\nDisallow: /', '/mls/', true],
    ['one group for several', 'User-agent: otherbot\nUser-agent: *\nDisallow: /mls/', '/mls/', false],
    ['a pattern', 'User-agent: *\nDisallow: /*?pg=', '/mls/search/?pg=2', false],
    ['an end mark', 'User-agent: *\nDisallow: /mls/$', '/mls/search/', true],
    ['an end mark that fits', 'User-agent: *\nDisallow: /mls/$', '/mls/', false],
    ['an end mark after a star', 'User-agent: *\nDisallow: /*.php$', '/mls/x.php?a=1', true],
    ['an end mark after a star, at the end', 'User-agent: *\nDisallow: /*.php$', '/mls/x.php', false],
    ['a star at the end', 'User-agent: *\nDisallow: /mls*', '/mls/search', false],
    ['parts that may not overlap', 'User-agent: *\nDisallow: /ab*ba$', '/aba', true],
    ['signs of regular expressions', 'User-agent: *\nDisallow: /(a+)+$', '/aaaa', true],
    ['a page instead', '<!DOCTYPE html><p>User-agent: * Disallow: /</p>', '/mls/', true],
    ['comments and odd lines', '# hello\nUser-agent: * # all\nnonsense\nDisallow: /mls/ # here', '/mls/', false],
    ['Windows line ends', 'User-agent: *\r\nDisallow: /mls/\r\n', '/mls/', false],
    ['rules before any group', 'Disallow: /mls/', '/mls/', true],
  ])('with %s', (_name, text, path, allowed) => {
    expect(readRobots(text).allows(`${SITE}${path}`)).toBe(allowed);
  });

  it('reads a crawl delay', () => {
    expect(readRobots('User-agent: *\nCrawl-delay: 2.5').crawlDelayMs).toBe(2_500);
    expect(readRobots('User-agent: *\nCrawl-delay: soon').crawlDelayMs).toBe(0);
  });

  it('may always be read itself', () => {
    expect(readRobots('User-agent: *\nDisallow: /').allows(`${SITE}/robots.txt`)).toBe(true);
  });

  it('is read once, and again after a failure', async () => {
    const gate = createRobotsGate();
    let reads = 0;
    const refuse = () => Promise.reject(new Error('unreachable'));
    const read = async () => {
      reads += 1;
      return { status: 200, text: 'User-agent: *\nDisallow: /x' };
    };
    await expect(gate.rules(refuse)).rejects.toThrow('unreachable');
    await gate.rules(read);
    expect((await gate.rules(read)).allows(`${SITE}/x`)).toBe(false);
    expect(reads).toBe(1);
  });

  it('that does not exist sets no limits', async () => {
    const rules = await createRobotsGate().rules(async () => ({ status: 404, text: 'User-agent: *\nDisallow: /' }));
    expect(rules.allows(`${SITE}/mls/`)).toBe(true);
  });
});
