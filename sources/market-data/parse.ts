import type { MarketFileName } from '../../core/schemas/market-data.js';
import { censusReader } from './files/census.js';
import { fhfaReader } from './files/fhfa.js';
import type { FileReader } from './files/file-reader.js';
import { redfinReader } from './files/redfin.js';
import { zillowReader } from './files/zillow.js';

/** How each file is read. @param acsYear last year of the census survey that is asked for */
export function readersOf(acsYear: number): Readonly<Record<MarketFileName, FileReader>> {
  return {
    'census-acs': censusReader(acsYear),
    'zillow-values': zillowReader('zillow-values', 'zillow.zhvi', 'USD'),
    'zillow-rents': zillowReader('zillow-rents', 'zillow.zori', 'USD a month'),
    'redfin-zip': redfinReader,
    'fhfa-hpi': fhfaReader,
  };
}
