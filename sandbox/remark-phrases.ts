import type { RemarkStyle } from './listing.js';

/** Sentences of one style. `<fee>` stands for the monthly association fee, `<beds>` and `<area>` for the home's. */
export interface RemarkPhrases {
  /** First sentences. Some name things that look like a fact and are none (a community pool, solar screens). */
  readonly openers: readonly string[];
  readonly floodIrrigation: Readonly<Record<'true' | 'false', readonly string[]>>;
  readonly hoaMonthlyUsd: Readonly<Record<'fee' | 'none', readonly string[]>>;
  readonly solar: Readonly<Record<'owned' | 'leased', readonly string[]>>;
  readonly pool: Readonly<Record<'true' | 'false', readonly string[]>>;
  readonly cooling: Readonly<Record<'refrigeration' | 'evaporative' | 'both', readonly string[]>>;
  readonly roof: Readonly<Record<'tile' | 'shingle' | 'foam' | 'metal', readonly string[]>>;
}

/** How each kind of listing agent puts the same facts. */
export const REMARK_PHRASES: Readonly<Record<RemarkStyle, RemarkPhrases>> = {
  plain: {
    openers: [
      'This <beds> bedroom home of <area> square feet sits on a quiet street close to schools.',
      'A well kept <beds> bedroom house near the park, with solar screens on the west windows.',
      'The <beds> bedroom home is a block from the community pool and close to shopping.',
    ],
    floodIrrigation: {
      true: ['The lot has flood irrigation.', 'The yard is watered by flood irrigation.'],
      false: ['The lot has no flood irrigation.'],
    },
    hoaMonthlyUsd: {
      fee: ['The HOA fee is $<fee> a month.', 'The association charges $<fee> per month.'],
      none: ['There is no HOA.', 'The home is not in a homeowners association.'],
    },
    solar: {
      owned: ['The solar panels are owned and convey with the home.', 'The seller owns the solar system outright.'],
      leased: ['The solar panels are leased and the buyer takes over the lease.', 'The solar system is leased.'],
    },
    pool: { true: ['The back yard has a private pool.'], false: ['The home does not have a pool.'] },
    cooling: {
      refrigeration: ['The air conditioning unit was replaced two years ago.', 'The home is cooled by refrigeration.'],
      evaporative: ['The home is cooled by an evaporative cooler.'],
      both: ['The home has both air conditioning and an evaporative cooler.'],
    },
    roof: {
      tile: ['The roof is concrete tile.'],
      shingle: ['The asphalt shingle roof is five years old.'],
      foam: ['The foam roof was recoated last year.'],
      metal: ['The house has a metal roof.'],
    },
  },
  shouting: {
    openers: [
      'WOW!!! <beds> BEDROOMS AND <area> SQ FT OF PURE CHARM!',
      'HURRY, THIS <beds> BEDROOM STUNNER WILL NOT LAST!!',
      'BACK ON THE MARKET, BUYER GOT COLD FEET! STEPS TO THE COMMUNITY POOL!',
    ],
    floodIrrigation: {
      true: ['FLOOD IRRIGATED LOT WITH HUGE SHADE TREES!', 'YES, IT HAS FLOOD IRRIGATION!!'],
      false: ['NO FLOOD IRRIGATION TO WORRY ABOUT!'],
    },
    hoaMonthlyUsd: {
      fee: ['LOW HOA OF ONLY $<fee>/MONTH!', 'HOA JUST $<fee> MONTHLY!!'],
      none: ['NO HOA!!!', 'ABSOLUTELY NO HOA FEES!'],
    },
    solar: {
      owned: ['OWNED SOLAR, TINY ELECTRIC BILLS!', 'SOLAR IS PAID OFF AND OWNED!!'],
      leased: ['LEASED SOLAR SAVES YOU HUNDREDS!', 'SOLAR LEASE TO BE ASSUMED BY BUYER!'],
    },
    pool: { true: ['SPARKLING PRIVATE POOL!!', 'DIVE INTO YOUR OWN POOL!'], false: ['NO POOL, ROOM TO BUILD ONE!'] },
    cooling: {
      refrigeration: ['BRAND NEW AC UNIT!', 'TWO NEW A/C UNITS IN 2023!!'],
      evaporative: ['EVAP COOLER KEEPS BILLS LOW!'],
      both: ['DUAL COOLING: AC AND EVAP COOLER!'],
    },
    roof: {
      tile: ['TILE ROOF WITH NEW UNDERLAYMENT!'],
      shingle: ['NEW SHINGLE ROOF IN 2022!'],
      foam: ['FRESHLY COATED FOAM ROOF!'],
      metal: ['LIFETIME METAL ROOF!'],
    },
  },
  terse: {
    openers: [
      '<beds> bd, <area> sf, move-in ready.',
      'Investor special, <beds> br, sold as is.',
      '<beds>bd near comm. pool, solar screens.',
    ],
    floodIrrigation: { true: ['Flood irrig.', 'Irrigated lot (flood).'], false: ['No flood irrig.'] },
    hoaMonthlyUsd: { fee: ['HOA $<fee>/mo.', '$<fee>/mo HOA.'], none: ['No HOA.', 'HOA: none.'] },
    solar: {
      owned: ['Owned solar.', 'PV system owned, no lease.'],
      leased: ['Solar lease, buyer to assume.', 'Leased PV.'],
    },
    pool: { true: ['Pvt pool.', 'Pool, fenced.'], false: ['No pool.'] },
    cooling: {
      refrigeration: ['Newer AC.', 'A/C 2021.'],
      evaporative: ['Evap only.', 'Swamp cooler.'],
      both: ['AC + evap.'],
    },
    roof: {
      tile: ['Tile roof.'],
      shingle: ['Shingle roof 2020.'],
      foam: ['Foam roof, recoated.'],
      metal: ['Metal roof.'],
    },
  },
  story: {
    openers: [
      'Imagine coming home after a long day to the laughter that has filled these <beds> bedrooms for three decades.',
      'Mornings begin with coffee under the mesquite and end with a Sonoran sunset over <area> square feet of memories.',
      'Neighbors still wave here, and children ride their bicycles to the community pool.',
    ],
    floodIrrigation: {
      true: [
        'Twice a month the water comes down the lane and floods the yard, as the irrigation has done since the orchard days.',
        'The old citrus thrives on flood irrigation, the way the farmers meant it.',
      ],
      false: ['The flood irrigation of the old orchard was capped long ago.'],
    },
    hoaMonthlyUsd: {
      fee: ['For $<fee> a month the association keeps the greenbelt as lovely as you see it.'],
      none: [
        'No association will ever tell you what color to paint your door.',
        'Breathe freely, for no HOA watches over your garden.',
      ],
    },
    solar: {
      owned: ['The desert sun pays your bills through panels that were bought outright and stay with the home.'],
      leased: ['The desert sun lights your evenings through panels under a lease that you simply take over.'],
    },
    pool: {
      true: ['On summer nights you will float in your very own pool beneath the stars.'],
      false: ['There is no pool, only a wide lawn waiting for your dreams.'],
    },
    cooling: {
      refrigeration: ['However fierce July may be, the new air conditioner whispers you to sleep.'],
      evaporative: ['A faithful swamp cooler hums through the summer as it did in grandmother’s day.'],
      both: ['In June the evaporative cooler scents the rooms, and in August the air conditioner takes over.'],
    },
    roof: {
      tile: ['Rain drums softly on the clay and concrete tiles of the roof.'],
      shingle: ['A new shingle roof keeps the monsoon where it belongs.'],
      foam: ['A seamless foam roof shelters it all.'],
      metal: ['The monsoon sings on the metal roof.'],
    },
  },
  agent: {
    openers: [
      'Agents: use ShowingTime, one hour notice, <beds> beds per tax records.',
      'Seller is motivated, <beds> bed split floor plan, buyer to verify all facts.',
      'Tenant occupied, do not disturb, buyer to verify <area> SF and the community pool rules.',
    ],
    floodIrrigation: {
      true: ['Property is on SRP flood irrigation, schedule in documents tab.'],
      false: ['SRP irrigation not connected, no flood irrigation.'],
    },
    hoaMonthlyUsd: {
      fee: [
        'HOA dues are $<fee> monthly, transfer fee to be paid by buyer.',
        'Monthly assessment $<fee> per HOA disclosure.',
      ],
      none: ['No HOA per seller.', 'Not subject to HOA.'],
    },
    solar: {
      owned: ['Solar is owned, see bill of sale in documents.'],
      leased: ['Solar lease must be assumed, call LA for terms.'],
    },
    pool: { true: ['Private pool has new pump, sold as-is.'], false: ['No private pool, disregard old photos.'] },
    cooling: {
      refrigeration: ['HVAC: 4-ton AC installed 2020.'],
      evaporative: ['Cooling is evaporative only, no refrigerated air.'],
      both: ['Cooling: refrigeration plus evaporative, both serviced.'],
    },
    roof: {
      tile: ['Tile roof, underlayment replaced 2019.'],
      shingle: ['Comp shingle roof, warranty transferable.'],
      foam: ['Foam roof inspected and recoated, invoice available.'],
      metal: ['Standing seam metal roof.'],
    },
  },
};
