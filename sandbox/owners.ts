import type { ParcelFacts } from './parcel.js';
import type { Random } from './random.js';

/**
 * Words that stand nowhere but in owner names, mailing addresses and contacts of the sandbox. With the personal-data
 * switch off none of them may be found in the database, logs, histories or mails.
 */
export const OWNER_CANARIES = [
  'QUILLFEATHERLY',
  'ZEPHYRANTHES',
  'BRAMBLEWICKET',
  'OXENWHISTLE',
  'THISTLEDOVEY',
  'MARROWGLINTER',
] as const;

type OwnerFacts = ParcelFacts['owner'];

/** What an owner is drawn for. */
export interface OwnerDraw {
  /** Number in the name, different for each parcel. */
  readonly serial: number;
  readonly street: string | null;
  readonly city: string | null;
  readonly zip: string;
  readonly sale: { readonly price: number; readonly date: string } | null;
  /** True: the owner carries canary words. */
  readonly canary: boolean;
}

const WITHHELD = { line: 'NA', city: 'NA', state: 'NA', zip: '0' };

/** Draws an owner: most live there, some elsewhere, some are companies, a few are withheld by law. */
export function drawOwner(random: Random, draw: OwnerDraw): OwnerFacts {
  const transfer = {
    salePrice: draw.sale?.price ?? null,
    saleDate: draw.sale?.date ?? null,
    deedDate:
      draw.sale === null ? null : `${draw.sale.date.slice(0, 8)}${String(random.whole(2, 27)).padStart(2, '0')}`,
  };
  if (draw.canary) return { ...canaryOwner(random, draw), ...transfer };
  if (random.chance(0.03)) {
    return { name: null, inCareOf: null, mailing: WITHHELD, salePrice: null, saleDate: null, deedDate: null };
  }
  const name = random.chance(0.15) ? `OWNER ${draw.serial} HOLDINGS LLC` : `OWNER ${draw.serial}`;
  const home = draw.street !== null && random.chance(0.7);
  const mailing = home
    ? { line: draw.street ?? '', city: draw.city ?? 'PHOENIX', state: 'AZ', zip: draw.zip }
    : { line: `PO BOX ${random.whole(1_000, 9_999)}`, city: 'SCOTTSDALE', state: 'AZ', zip: '85261' };
  return { name, inCareOf: null, mailing, ...transfer };
}

function canaryOwner(random: Random, { serial }: OwnerDraw): Pick<OwnerFacts, 'name' | 'inCareOf' | 'mailing'> {
  const [first, second, third, fourth] = random.shuffle(OWNER_CANARIES);
  return {
    name: `OWNER ${serial} ${first}`,
    inCareOf: `C/O ${second}`,
    mailing: { line: `${random.whole(10, 999)} ${third} WAY`, city: String(fourth), state: 'CT', zip: '06830' },
  };
}
