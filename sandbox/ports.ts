/** Services that have a port, in the order of `--ports`. */
const SERVICES_WITH_PORTS = [
  'county',
  'listing site',
  'mail',
  'control',
  'map layer',
  'RESO',
  'captcha',
  'proxy service',
  'Pima County',
  'market files',
  'Slack, SMS and GitHub',
] as const;

/** Ports of a sandbox that must be found again at the same places after a restart. */
export interface Ports {
  readonly county: number;
  readonly listingSite: number;
  readonly mail: number;
  readonly control: number;
  readonly gis: number;
  readonly reso: number;
  readonly captcha: number;
  readonly webshare: number;
  readonly pima: number;
  readonly marketFiles: number;
  readonly notices: number;
}

/** For a person: what `--ports` wants. */
export const PORTS_WANTED = `${SERVICES_WITH_PORTS.length} different ports from 1024 to 65535 with commas between (${SERVICES_WITH_PORTS.join(', ')})`;

/** Reads `A,B,C,…`. @returns null for anything but one good port for each service */
export function readPorts(text: string): Ports | null {
  const ports = text.split(',').map((port) => (/^\d{4,5}$/.test(port) ? Number(port) : 0));
  const [county, listingSite, mail, control, gis, reso, captcha, webshare, pima, marketFiles, notices] = ports;
  const good = ports.every((port) => port >= 1_024 && port <= 65_535) && new Set(ports).size === ports.length;
  if (!good || ports.length !== SERVICES_WITH_PORTS.length) return null;
  if (
    !county ||
    !listingSite ||
    !mail ||
    !control ||
    !gis ||
    !reso ||
    !captcha ||
    !webshare ||
    !pima ||
    !marketFiles ||
    !notices
  )
    return null;
  return { county, listingSite, mail, control, gis, reso, captcha, webshare, pima, marketFiles, notices };
}
