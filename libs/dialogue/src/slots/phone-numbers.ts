import { findPhoneNumbersInText, isSupportedCountry } from 'libphonenumber-js';

/** A phone number in a text. */
export interface FoundPhoneNumber {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** E.164, such as `+491701234567`. */
  readonly number: string;
}

/**
 * The phone numbers in a text, in their order: international ones, and those of the region of a locale. A bare run of
 * digits is none, since it may be the number of anything.
 */
export function findPhoneNumbers(text: string, locale: string | undefined): FoundPhoneNumber[] {
  const region = locale?.split('-').at(-1)?.toUpperCase();
  const options = region !== undefined && isSupportedCountry(region) ? { defaultCountry: region } : {};
  return findPhoneNumbersInText(text, options)
    .map(({ number, startsAt, endsAt }) => ({
      number: number.number as string,
      start: startsAt,
      end: endsAt,
      text: text.slice(startsAt, endsAt),
    }))
    .filter((found) => found.text.startsWith('+') || /[\s()/-]/.test(found.text) || found.text.startsWith('0'));
}
