import { isIP } from 'node:net';
import { isLoopbackHost, isPublicAddress } from '../safe-lookup.js';

/** A forward proxy as the service lists it. */
export interface ListedProxy {
  /** `webshare:<id>`: its name in audit, figures and logs. */
  readonly id: string;
  /** Address as a number, never a name. */
  readonly address: string;
  readonly port: number;
  /** Two capitals; null when the service does not say. */
  readonly country: string | null;
  /** Place in the list of the service, from 0. The first ones are the pool, the others its backup. */
  readonly rank: number;
}

/** Secret. Only ever in memory: neither the database nor a log nor an error holds it. */
export interface ProxyCredentials {
  readonly username: string;
  readonly password: string;
}

/** A proxy that can be gone through. */
export type UsableProxy = ListedProxy & ProxyCredentials;

/** Why a request was not carried, as far as one can tell from here. */
export type ProxyFault =
  /** No connection to the proxy, in time or at all. */
  | 'unreachable'
  /** 407, or 403: it does not take our credentials. */
  | 'refused'
  /** Another refusal of the tunnel, such as 502: the proxy lives, and may not be to blame. */
  | 'gateway'
  /** The connection broke or nothing came once the tunnel was there: proxy, line or host. */
  | 'cut'
  /** The site showed a wall to a visitor who came through it. */
  | 'walled';

/**
 * Why a proxy of a list must not be used; null when it may. A proxy is on the Internet. One on this machine is taken only from
 * a service that is on this machine itself: otherwise a list could send us, with our requests, to whatever listens here.
 */
export function unfitAddress(address: string | null, serviceOrigin: string): string | null {
  if (address === null) return 'has no address of its own';
  if (isIP(address) === 0) return 'its address is a name or none';
  if (isPublicAddress(address)) return null;
  const serviceIsHere = isLoopbackHost(new URL(serviceOrigin).hostname);
  return serviceIsHere && isLoopbackHost(address) ? null : 'its address is not on the Internet';
}
