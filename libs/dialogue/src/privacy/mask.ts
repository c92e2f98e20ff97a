import { findPhoneNumbers } from '../slots/phone-numbers';

const WORD = String.raw`\p{Script=Latin}\p{N}`;
/** An e-mail address; in Chinese, words stand beside it without a space. */
export const EMAIL_ADDRESS = String.raw`[${WORD}._%+-]{1,64}@[${WORD}-]{1,63}(?:\.[${WORD}-]{1,63}){1,4}`;
const EMAILS = new RegExp(EMAIL_ADDRESS, 'gu');
const DIGIT_RUNS = new RegExp(String.raw`(?<![${WORD}])\d(?:[ -]?\d){11,18}(?![${WORD}])`, 'gu');
const IBANS = new RegExp(String.raw`(?<![${WORD}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![${WORD}])`, 'gu');

/**
 * A text without what tells who wrote it: e-mail addresses, phone numbers, card numbers (those whose check digit is right,
 * ISO/IEC 7812-1) and account numbers (ISO 13616) are replaced by what they are.
 *
 * @param locale whose region says how phone numbers are written
 */
export function maskPersonalData(text: string, locale?: string): string {
  const masked = text
    .replace(EMAILS, '[email]')
    .replace(DIGIT_RUNS, (run) => (isCardNumber(run) ? '[card]' : run))
    .replace(IBANS, (run) => (isAccountNumber(run) ? '[iban]' : run));
  return findPhoneNumbers(masked, locale).reduceRight((left, { start, end }) => `${left.slice(0, start)}[phone]${left.slice(end)}`, masked);
}

/** The check of Luhn (1960): every second digit from the right counts twice. */
function isCardNumber(run: string): boolean {
  const digits = [...run.replace(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce((total, digit, place) => total + (place % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0 && digits.some((digit) => digit !== digits[0]);
}

/** The check of ISO 7064, mod 97-10, over letters as numbers from 10. */
function isAccountNumber(run: string): boolean {
  const compact = run.replaceAll(' ', '');
  const digits = [...(compact.slice(4) + compact.slice(0, 4))].map((character) => Number.parseInt(character, 36)).join('');
  return [...digits].reduce((remainder, digit) => (remainder * 10 + Number(digit)) % 97, 0) === 1;
}
