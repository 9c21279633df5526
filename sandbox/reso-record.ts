import type { Json } from '../core/hash.js';
import type { JsonObject } from './json.js';
import type { Listing } from './listing.js';
import { LISTING_OFFICE, PLANTED_PERSONAL } from './listing-site/html.js';
import { createRandom } from './random.js';
import type { CanonicalTruth } from './truth.js';

/** What the RESO service says about one listing. */
export interface ResoRecord {
  /** All fields of the resource that the stand-in has, those about persons too. */
  readonly row: JsonObject;
  /** What a correct reading of the row must give, by RESO name; a name without a value is left out. */
  readonly truth: CanonicalTruth;
}

/** Fields about persons, which the service gives to whoever asks for them. */
const PERSONAL: JsonObject = {
  ListAgentFullName: PLANTED_PERSONAL.agent,
  ListAgentDirectPhone: PLANTED_PERSONAL.phone,
  ListAgentEmail: PLANTED_PERSONAL.email,
  OwnerName: PLANTED_PERSONAL.agent,
  PrivateRemarks: `Call ${PLANTED_PERSONAL.agent} at ${PLANTED_PERSONAL.phone}`,
};

/** The row of a listing: the same truth as the listing site shows, under the same `ListingId`. */
export function resoRecord(listing: Listing, seed: string): ResoRecord {
  const facts = factsOf(listing, modifiedAt(listing, seed));
  const assessorNumber = listing.assessorNumber;
  const row: JsonObject = {
    ...facts,
    ParcelNumber: assessorNumber,
    ListOfficeName: LISTING_OFFICE,
    ...PERSONAL,
  };
  const truth: Readonly<Record<string, Json>> = {
    ...facts,
    ParcelNumber: assessorNumber === null ? null : assessorNumber.replaceAll('-', ''),
    xAttribution: LISTING_OFFICE,
  };
  return { row, truth: Object.fromEntries(Object.entries(truth).filter(([, value]) => value !== null)) };
}

function factsOf(listing: Listing, ModificationTimestamp: string): Readonly<Record<string, Json>> {
  const { listingId, street, city, state, zip, associationFee } = listing;
  return {
    ListingKey: listingKey(listing),
    ListingId: listingId,
    UnparsedAddress: `${street}, ${city}, ${state} ${zip}`,
    City: city,
    StateOrProvince: state,
    PostalCode: zip,
    CountyOrParish: 'Maricopa',
    Latitude: null,
    Longitude: null,
    PropertyType: 'Residential',
    PropertySubType: 'Single Family Residence',
    LivingArea: listing.livingArea,
    LivingAreaUnits: 'Square Feet',
    LotSizeSquareFeet: listing.lotSqft,
    BedroomsTotal: listing.bedrooms,
    BathroomsTotalInteger: listing.bathsFull + listing.bathsHalf,
    BathroomsFull: listing.bathsFull,
    BathroomsHalf: listing.bathsHalf,
    YearBuilt: listing.yearBuilt,
    GarageSpaces: listing.garageSpaces,
    CarportSpaces: listing.carportSpaces,
    PoolPrivateYN: listing.privatePool,
    Roof: [...listing.roof],
    ConstructionMaterials: null,
    Cooling: [...listing.cooling],
    Heating: [...listing.heating],
    SubdivisionName: listing.subdivision,
    ElementarySchoolDistrict: listing.elementaryDistrict,
    HighSchoolDistrict: listing.highSchoolDistrict,
    TaxAnnualAmount: listing.taxAnnualAmount,
    StandardStatus: listing.status,
    MlsStatus: listing.status,
    ListPrice: listing.listPrice,
    OriginalListPrice: listing.listPrice,
    ClosePrice: null,
    CloseDate: null,
    ListingContractDate: listing.listedOn,
    AssociationFee: associationFee?.amount ?? null,
    AssociationFeeFrequency: associationFee?.frequency ?? null,
    PublicRemarks: listing.remarks,
    PhotosCount: listing.photosCount,
    ModificationTimestamp,
    OriginatingSystemName: 'Sandbox MLS',
  };
}

/** Keys of the service are longer than the numbers people use: 26 digits. */
export function listingKey({ listingId }: Listing): string {
  return `2025${listingId.padStart(16, '0')}000000`;
}

function modifiedAt({ listingId, listedOn }: Listing, seed: string): string {
  const random = createRandom(`${seed}/reso/${listingId}`);
  return new Date(Date.parse(`${listedOn}T00:00:00Z`) + random.whole(3_600_000, 86_000_000)).toISOString();
}
