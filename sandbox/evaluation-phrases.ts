import type { RemarkPhrases } from './remark-phrases.js';

/** English and Spanish in one breath, with the marks of both. Used for the evaluation set alone. */
export const BILINGUAL_PHRASES: RemarkPhrases = {
  openers: [
    '¡¡Casa hermosa!! ~ <beds> recámaras / bedrooms, <area> pies cuadrados...',
    'BIENVENIDOS * Welcome home * <beds> bd · lista para mudarse =)',
    '¿Buscas casa? – Look no further: <beds> beds, cerca de la alberca comunitaria / near the community pool',
  ].map((opener) => `${opener}\n`),
  floodIrrigation: {
    true: ['* Riego por inundación / flood irrigation, 2x al mes;', '· Lote con irrigación por inundación –'],
    false: ['* No tiene riego por inundación / no flood irrigation;'],
  },
  hoaMonthlyUsd: {
    fee: ['– HOA $<fee> al mes (incl. basura);', '* Cuota HOA: $<fee>/mes - only $<fee>/mo!'],
    none: ['– Sin HOA / no HOA!!', '* ¡¡SIN HOA!!'],
  },
  solar: {
    owned: ['· Paneles solares propios (owned solar);', '* Solar – paid off / pagado!'],
    leased: ['· Paneles solares rentados;', '* Solar lease – comprador asume / buyer assumes;'],
  },
  pool: {
    true: ['~ ¡Alberca privada! Private pool ~', '* Con alberca y patio grande;'],
    false: ['~ Sin alberca / no pool ~', '* No hay alberca.'],
  },
  cooling: {
    refrigeration: ['· Aire acondicionado nuevo (2021);', '– A/C 5 ton –'],
    evaporative: ['· Enfriador evaporativo;', '– Cooler evaporativo (swamp cooler) –'],
    both: ['· Aire acondicionado + cooler evaporativo;'],
  },
  roof: {
    tile: ['* Techo de teja / tile roof;'],
    shingle: ['* Techo nuevo: asphalt shingles;'],
    foam: ['* Techo de espuma (foam);'],
    metal: ['* Techo metal / metal roof;'],
  },
};

/** Sentences that look like a fact and are none. They go with any style. */
export const DISTRACTORS: readonly string[] = [
  'There is room for a pool.',
  'The lot is pool-sized.',
  'The pool table in the den conveys.',
  'Enjoy the community pool across the street.',
  'The neighbors have solar.',
  'The house is solar ready.',
  'Solar screens on the west side.',
  'A solar water heater serves the laundry.',
  'The lot has 0.25 ac.',
  'Drip irrigation front and back.',
  'Tile floors throughout and a tile shower.',
  'The HOA documents are in the file.',
  'A transfer fee of $350 is due at close.',
  'Metal fencing along the alley.',
  'Foam insulation in the attic.',
  'The seller has owned it since 1998.',
  'The tenant has a lease until June.',
  'Close to the pool at the rec center.',
  'Taxes were $1,204 last year.',
];
