import { describe, expect, it } from '@jest/globals';
import type { FactValue } from '../../../../core/schemas/facts.js';
import { countySource, EXCHANGES, payloadOf, understood, valuesOf } from '../../../support/county-source.js';

const source = countySource();

function valuesIn(file: string, key: string | null = null): Record<string, FactValue> {
  const raw = EXCHANGES.filter((exchange) => exchange.file === file).map(payloadOf)[0];
  if (!raw) throw new Error(`${file} is not recorded`);
  return valuesOf(understood(source, raw).records.find((record) => key === null || record.key === key));
}

/** Read off the recorded files by eye. */
describe('values read off by hand', () => {
  it('a rented house of a company, valued down', () => {
    expect(valuesIn('parcel_50179677_2025-02.json')).toEqual({
      ParcelNumber: '50179677',
      TaxBookNumber: '501',
      TaxMapNumber: '79',
      StateOrProvince: 'AZ',
      CountyOrParish: 'Maricopa',
      UnparsedAddress: '15817 W LISBON LN SURPRISE 85379',
      City: 'SURPRISE',
      PostalCode: '85379',
      PropertyType: 'Residential',
      PropertySubType: 'Single Family Residence',
      LotSizeSquareFeet: 6480,
      SubdivisionName: 'ACOMA COURT',
      TaxLot: '113',
      TaxLegalDescription: 'ACOMA COURT MCR 1308-06',
      PublicSurveySection: '7',
      PublicSurveyTownship: '3N',
      PublicSurveyRange: '1W',
      ElementarySchoolDistrict: 'DYSART UNIFIED SCHOOL DISTRICT',
      HighSchoolDistrict: 'DYSART UNIFIED #89',
      LivingArea: 1578,
      LivingAreaUnits: 'Square Feet',
      LivingAreaSource: 'Assessor',
      YearBuilt: 2017,
      YearBuiltEffective: 2017,
      xBathFixtures: 8,
      GarageSpaces: 2,
      CarportSpaces: 0,
      PoolPrivateYN: false,
      Roof: ['Ct - Concrete Tile'],
      ConstructionMaterials: ['Fs - Frame Stucco'],
      Cooling: ['RF - REFRIGERATION'],
      Heating: ['Yes'],
      TaxYear: 2025,
      TaxAssessedValue: 17821,
      xFullCashValue: 333800,
      xLimitedPropertyValue: 178211,
      xLegalClass: '4.2',
      xValuations: [
        'TaxYear=2025; TaxAssessedValue=17821; xFullCashValue=333800; xLimitedPropertyValue=178211; xLegalClass=4.2',
        'TaxYear=2024; TaxAssessedValue=16973; xFullCashValue=367000; xLimitedPropertyValue=169725; xLegalClass=4.2',
        'TaxYear=2023; TaxAssessedValue=16164; xFullCashValue=313500; xLimitedPropertyValue=161643; xLegalClass=4.2',
        'TaxYear=2022; TaxAssessedValue=15395; xFullCashValue=239000; xLimitedPropertyValue=153946; xLegalClass=4.2',
        'TaxYear=2021; TaxAssessedValue=14662; xFullCashValue=219100; xLimitedPropertyValue=146615; xLegalClass=4.2',
        'TaxYear=2020; TaxAssessedValue=13963; xFullCashValue=203800; xLimitedPropertyValue=139633; xLegalClass=4.2',
      ],
      xOwnerClass: 'company',
    });
  });

  it('an owner withheld by law, a pool, a sale', () => {
    expect(valuesIn('parcel_50192652_edited.json')).toMatchObject({
      UnparsedAddress: '15958 W BANFF LN SURPRISE 85379',
      xOwnerClass: 'withheld',
      ClosePrice: 150000,
      CloseDate: '2009-07-01',
      xCloseDatePrecision: 'month',
      PoolPrivateYN: true,
      xPoolSquareFeet: 568,
      GarageSpaces: 3,
      Zoning: 'PAD',
      LotSizeSquareFeet: 8373,
      LivingArea: 2958,
    });
  });

  it('a house of a charity, taxed ahead of the calendar', () => {
    expect(valuesIn('parcel_16528054_parcel_2025-09.json')).toMatchObject({
      UnparsedAddress: '10010 N 29TH ST PHOENIX, AZ 85028',
      City: 'PHOENIX',
      PostalCode: '85028',
      TaxYear: 2026,
      TaxAssessedValue: 38285,
      xFullCashValue: 573300,
      xLimitedPropertyValue: 255234,
      xLegalClass: '2.R',
      YearBuilt: 1961,
      LivingArea: 2262,
      ConstructionMaterials: ['Bp - 8" Painted Block'],
      Roof: ['As - Asphalt'],
      xOwnerClass: 'company',
    });
    expect(valuesIn('parcel_16528054_parcel_2025-09.json')).not.toHaveProperty('PropertySubType');
  });

  it('a warehouse has no living area and no garage', () => {
    const values = valuesIn('parcel_13238011_residential-details_2025-09.json');
    expect(values).toEqual({
      ParcelNumber: '13238011',
      TaxBookNumber: '132',
      TaxMapNumber: '38',
      StateOrProvince: 'AZ',
      CountyOrParish: 'Maricopa',
      LotSizeSquareFeet: 34083,
      YearBuilt: 2000,
      YearBuiltEffective: 2000,
      xBathFixtures: 0,
      CarportSpaces: 0,
      PoolPrivateYN: false,
      ConstructionMaterials: ['Concrete Block, Slumpstone'],
    });
  });

  it('the price of an edited sale, given as a number', () => {
    const prices = EXCHANGES.filter(({ file }) => file.includes('_edited')).map(
      ({ file }) => valuesIn(file).ClosePrice,
    );
    expect(prices).toEqual(expect.arrayContaining([666666, 375000]));
  });

  it('rows of a search', () => {
    expect(valuesIn('search_property_85031.json', '10306005')).toEqual({
      ParcelNumber: '10306005',
      TaxBookNumber: '103',
      TaxMapNumber: '06',
      StateOrProvince: 'AZ',
      CountyOrParish: 'Maricopa',
      UnparsedAddress: '4027 N 55TH AVE',
      City: 'PHOENIX',
      PostalCode: '85031',
      PropertyType: 'Residential',
      SubdivisionName: 'MARYVALE TERRACE 3 AMD',
      PublicSurveySection: '29',
      PublicSurveyTownship: '2N',
      PublicSurveyRange: '2E',
    });
    expect(valuesIn('search_property_mixed_rows.json', '12113007F')).toEqual({
      ParcelNumber: '12113007F',
      TaxBookNumber: '121',
      TaxMapNumber: '13',
      TaxParcelLetter: 'F',
      StateOrProvince: 'AZ',
      CountyOrParish: 'Maricopa',
      PropertyType: 'Land',
      SubdivisionName: 'STATE PLAT NO 19 40TH ST & MCDOWELL RD',
      PublicSurveySection: '1',
      PublicSurveyTownship: '1N',
      PublicSurveyRange: '3E',
      xOwnerClass: 'company',
    });
    expect(valuesIn('search_rental_rows.json', '10314002P')).toEqual({
      ParcelNumber: '10314002P',
      TaxBookNumber: '103',
      TaxMapNumber: '14',
      TaxParcelLetter: 'P',
      StateOrProvince: 'AZ',
      CountyOrParish: 'Maricopa',
      UnparsedAddress: '6041 W THOMAS RD',
      City: 'PHOENIX',
      PostalCode: '85033',
    });
  });
});
