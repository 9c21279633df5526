/** Classes of personal data, each switched on for itself (`PHOENIX_PERSONAL_DATA`). With none of them nothing personal is kept. */
export const PERSONAL_CLASSES = ['owner-name', 'mailing-address', 'telephone', 'rental-contact'] as const;
export type PersonalClass = (typeof PERSONAL_CLASSES)[number];

/** One personal value of a parcel's answer. Kept in `personal_facts` alone; never a fact, never logged. */
export interface PersonalFact {
  readonly class: PersonalClass;
  /** Field as the source names it, with its block, for example `Owner.MailingAddress1`. */
  readonly name: string;
  readonly value: string;
}
