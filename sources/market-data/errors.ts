import { SchemaDrift, SourceUnavailable } from '../../core/errors.js';
import type { MarketFileName } from '../../core/schemas/market-data.js';
import { MARKET_DATA } from '../../core/schemas/names.js';

/** The file has another form than the contract. */
export function fileDrift(file: MarketFileName, path: string, problem: string): SchemaDrift {
  return new SchemaDrift(MARKET_DATA, `${file} ${path}`, problem);
}

/** A page where a table is due, with status 200: the publisher's upkeep (seen at the FHFA). Passes by itself. */
export function upkeepPage(file: MarketFileName): SourceUnavailable {
  return new SourceUnavailable(file, 'a page stands where the table is due');
}
