import { layerHarness } from './layer-harness.js';

const ZIP = '85031';

/** The county's map layer. */
export const maricopaGis = layerHarness({
  prefix: 'MARICOPA_GIS',
  zip: ZIP,
  urlOf: ({ gis }) => gis.url,
  keysOf: ({ world }) => world.parcelsOf(ZIP).map(({ facts }) => facts.apn),
  field: 'LIVING_SPACE',
  otherName: 'LIVING_AREA',
  textField: 'SUBNAME',
});
