import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { NetworkError, UnsafeTarget } from '../core/errors.js';

/** Networks that are not the Internet (IANA special-purpose registries for IPv4 and IPv6, read 2026-11). */
const NOT_PUBLIC: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'], // link-local, and the metadata service of cloud machines
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['::ffff:0:0', 96, 'ipv6'], // an IPv4 address in IPv6 clothes: a public one would come as itself
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 9, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const LISTS = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, prefix, family] of NOT_PUBLIC) LISTS[family].addSubnet(network, prefix, family);

/** True for an address of the Internet; false for private, loopback, link-local and mapped ones, and for what is none. */
export function isPublicAddress(address: string): boolean {
  const [plain = ''] = address.split('%', 1); // fe80::1%eth0
  const version = isIP(plain);
  if (version === 0) return false;
  return version === 4 ? !LISTS.ipv4.check(plain, 'ipv4') : !LISTS.ipv6.check(plain, 'ipv6');
}

/** True for a host of this machine, as it stands in an address: `127.0.0.1`, `localhost`, `[::1]`. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Gives all addresses of a host name. Tests give their own. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family: number | 'IPv4' | 'IPv6'; readonly hints: number },
) => Promise<readonly LookupAddress[]>;

const ANY_ADDRESS = { all: true, family: 0, hints: 0 } as const;

/**
 * All addresses of a name, checked: a name of this machine must lead to this machine, every other one to the Internet; one bad
 * address among several refuses all.
 * @throws UnsafeTarget, and what `resolve` throws
 */
async function safeAddresses(
  hostname: string,
  resolve: Resolve,
  how: Parameters<Resolve>[1],
): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
  const [first, ...others] = await resolve(hostname, how);
  if (first === undefined) throw new UnsafeTarget(`${hostname} has no address`);
  const fits = isLoopbackHost(hostname) ? isLoopbackHost : isPublicAddress;
  const bad = [first, ...others].find(({ address }) => !fits(address));
  if (bad !== undefined) throw new UnsafeTarget(`${hostname} leads to ${bad.address}`);
  return [first, ...others];
}

/**
 * `lookup` for connections of the HTTP client: the address is checked when the connection is made, and the checked one is
 * used, so a name that changes its address in between (DNS rebinding) gains nothing.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    const how = { all: true, family: options.family ?? 0, hints: options.hints ?? 0 } as const;
    safeAddresses(hostname, resolve, how).then(
      ([first, ...others]) => {
        if (options.all) callback(null, [first, ...others]);
        else callback(null, first.address, first.family);
      },
      (problem: NodeJS.ErrnoException) => callback(problem, ''),
    );
  };
}

/**
 * The address of a host for a browser that is started with it, in the form of its `--host-resolver-rules`.
 * @throws UnsafeTarget (a private network, also as a number), NetworkError (no address; retried)
 */
export async function safeAddressOf(host: string, resolve: Resolve): Promise<string> {
  assertSafeHost(`http://${host}/`);
  const literal = withoutBrackets(host);
  if (isIP(literal) !== 0) return host;
  try {
    const [{ address, family }] = await safeAddresses(host, resolve, ANY_ADDRESS);
    return family === 6 ? `[${address}]` : address;
  } catch (problem) {
    if (problem instanceof UnsafeTarget) throw problem;
    throw new NetworkError(host, 'its name has no address', { cause: problem });
  }
}

/**
 * Refuses an address written as a number that is neither public nor of this machine: no name is looked up for it.
 * @throws UnsafeTarget
 */
export function assertSafeHost(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new UnsafeTarget(`${protocol} is no protocol of a source`);
  const literal = withoutBrackets(hostname);
  if (isIP(literal) !== 0 && !isLoopbackHost(literal) && !isPublicAddress(literal)) {
    throw new UnsafeTarget(`${hostname} is no address of the Internet`);
  }
}

const withoutBrackets = (host: string) => host.replace(/^\[|\]$/g, '');
