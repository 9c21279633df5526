import { pimaParcels } from '../../sandbox/pima.js';
import { layerHarness } from './layer-harness.js';

const ZIP = '85705';

/** The parcels of Pima County. */
export const pimaAssessor = layerHarness({
  prefix: 'PIMA_ASSESSOR',
  zip: ZIP,
  urlOf: ({ pima }) => pima.url,
  keysOf: () =>
    pimaParcels({ seed: 'contract', parcelsPerZip: 60 })
      .filter(({ zip }) => zip === ZIP)
      .map(({ truth }) => String(truth.ParcelNumber)),
  field: 'GISAREA',
  otherName: 'SHAPE_AREA',
  textField: 'LEGAL_DESC',
});
