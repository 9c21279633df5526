import { parseArgs } from 'node:util';
import { BadConfig } from '../core/errors.js';
import { readFaultPlan } from './fault-rule.js';
import type { FaultRule } from './faults.js';
import { LAYOUT_NAMES, type LayoutName } from './listing-site/layouts.js';
import { PORTS_WANTED, type Ports, readPorts } from './ports.js';
import type { SandboxOptions } from './sandbox.js';

/** Options of the sandbox process, for a person. */
export const USAGE = `usage: node dist/sandbox/main.js [options]
  --recordings DIR   folder of recorded exchanges
  --parcels N        most parcels of a ZIP, 1 to 10000 (120)
  --listings N       listings of the market, 0 to 10000 (40)
  --layout NAME      template of the listing site: classic, newer or unseen (classic)
  --faults FILE      faults that strike from the start: a JSON list of rules
  --seed TEXT        seed of everything drawn (phoenix)
  --truth FILE       write the truth about every parcel and listing
  --log FILE         append every request as a JSON line
  --mail-folder DIR  keep received mails as .eml
  --ports A,B,C,...  ${PORTS_WANTED}; default any free ones
`;

/** Reads the command line. @throws BadConfig with every fault of it */
export function readArguments(args: readonly string[]): SandboxOptions {
  const faults: string[] = [];
  const values = parsed(args);
  const number = (name: 'parcels' | 'listings', least: number, most: number): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    faults.push(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`);
    return undefined;
  };
  const options = {
    recordings: values.recordings,
    parcelsPerZip: number('parcels', 1, 10_000),
    listings: number('listings', 0, 10_000),
    listingLayout: layoutOf(values.layout, faults),
    faultPlan: planOf(values.faults, faults),
    seed: values.seed,
    truthFile: values.truth,
    logFile: values.log,
    mailFolder: values['mail-folder'],
    ports: portsOf(values.ports, faults),
  };
  for (const [name, value] of Object.entries(values)) if (value === '') faults.push(`--${name} must not be empty`);
  if (faults.length > 0) throw new BadConfig(faults);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function layoutOf(text: string | undefined, faults: string[]): LayoutName | undefined {
  const layout = LAYOUT_NAMES.find((name) => name === text);
  if (text !== undefined && layout === undefined) faults.push(`--layout must be one of ${LAYOUT_NAMES.join(', ')}`);
  return layout;
}

function planOf(file: string | undefined, faults: string[]): readonly FaultRule[] | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return readFaultPlan(file);
  } catch (problem) {
    if (!(problem instanceof BadConfig)) throw problem;
    faults.push(...problem.faults);
    return undefined;
  }
}

function portsOf(text: string | undefined, faults: string[]): Ports | undefined {
  if (text === undefined) return undefined;
  const ports = readPorts(text);
  if (ports !== null) return ports;
  faults.push(`--ports must be ${PORTS_WANTED}, not "${text}"`);
  return undefined;
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    recordings: text,
    parcels: text,
    listings: text,
    layout: text,
    faults: text,
    seed: text,
    truth: text,
    log: text,
    'mail-folder': text,
    ports: text,
  };
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new BadConfig([error instanceof Error ? error.message : 'unreadable arguments'], { cause: error });
  }
}
