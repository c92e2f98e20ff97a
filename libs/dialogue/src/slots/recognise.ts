import type { Slot } from '@attune/contracts';
import { en, zh } from 'chrono-node';
import type { Language } from '../language/language';
import { EMAIL_ADDRESS } from '../privacy/mask';
import { normalForm } from '../text/terms';
import { findAmounts } from './amounts';
import { findPhoneNumbers } from './phone-numbers';

/** Kinds of values that a message shows by itself, whatever it is about. */
export const VALUE_TYPES = ['order-number', 'email', 'phone', 'date', 'amount', 'number'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** Values found in a message, one of each type: the first that was written. */
export type RecognisedValues = Readonly<Partial<Record<ValueType, string>>>;

/** What helps to read a message. */
export interface RecognitionContext {
  readonly language: Language;
  /** Locale of the conversation, whose region says how phone numbers and ambiguous dates are written. */
  readonly locale: string | undefined;
  /** When it was written, in milliseconds since the epoch: "tomorrow" counts from it. */
  readonly at: number;
}

/** A message longer than this is read up to here: values stand at its beginning or in a sentence of their own. */
const MOST_CHARACTERS = 2_000;
const EMAIL = new RegExp(EMAIL_ADDRESS, 'u');
const NAMED_NUMBER =
  /(?:order|purchase|parcel|tracking|reference|ref|number|no|nr|订单号?|訂單號?|单号|單號|编号|編號)[\s.:#：是为]{0,4}(?:is |number |no\.? ?)?#?([A-Z]{0,5}-?\d[\dA-Z]*(?:-\d[\dA-Z]*)*)/iu;
const HASH_NUMBER = /#([A-Z]{0,5}-?\d[\dA-Z]*(?:-\d[\dA-Z]*)*)/iu;
const BARE_NUMBER = /(?<![\p{Script=Latin}\p{N}.,/@+-])([A-Z]{0,5}-?\d[\dA-Z]*(?:-\d[\dA-Z]*)*)(?![\p{Script=Latin}\p{N}@]|[.,/]\p{N})/giu;
const PLAIN_NUMBER = /(?<![\p{Script=Latin}\p{N}.,/-])\d+(?:[.,]\d+)?(?![\p{Script=Latin}\p{N}/-])/u;
/** Digits from which on a bare number may be that of an order. */
const ORDER_DIGITS = 5;

/** The values that a message shows. */
export function recogniseValues(message: string, context: RecognitionContext): RecognisedValues {
  const text = message.normalize('NFKC').slice(0, MOST_CHARACTERS);
  const [email] = EMAIL.exec(text) ?? [];
  const [phone] = findPhoneNumbers(text, context.locale);
  const date = findDate(text, context);
  const [amount] = findAmounts(text);
  const rest = [email, phone?.text, date?.text, amount?.text].reduce<string>(
    (left, used) => (used === undefined ? left : left.replace(used, ' ')),
    text,
  );
  const order = orderNumber(rest);
  const [number] = PLAIN_NUMBER.exec(order === undefined ? rest : rest.replace(order, ' ')) ?? [];
  return {
    ...(order === undefined ? {} : { 'order-number': order.toUpperCase() }),
    ...(email === undefined ? {} : { email: email.toLowerCase() }),
    ...(phone === undefined ? {} : { phone: phone.number }),
    ...(date === undefined ? {} : { date: date.day }),
    ...(amount === undefined ? {} : { amount: amount.value }),
    ...(number === undefined ? {} : { number }),
  };
}

/**
 * The value of a slot in a message; undefined where there is none.
 *
 * @param isAsked the message is the reply to the question for it, so that a bare number is the order's
 */
export function slotValue(slot: Slot, message: string, context: RecognitionContext, isAsked: boolean): string | undefined {
  switch (slot.type) {
    case 'choice':
      return chosen(slot.choices ?? [], message);
    case 'text':
      return isAsked ? message.trim().slice(0, MOST_CHARACTERS) : undefined;
    case 'order-number':
      return recogniseValues(message, context)['order-number'] ?? (isAsked ? loneNumber(message) : undefined);
    default:
      return recogniseValues(message, context)[slot.type];
  }
}

function orderNumber(text: string): string | undefined {
  const named = NAMED_NUMBER.exec(text)?.[1] ?? HASH_NUMBER.exec(text)?.[1];
  if (named !== undefined) return named;
  const bare = [...text.matchAll(BARE_NUMBER)].map(([, number]) => number);
  return bare.find((number) => number.replace(/\D/g, '').length >= ORDER_DIGITS);
}

/** Whatever code stands in a short reply, even "4711". */
function loneNumber(message: string): string | undefined {
  const found = [...message.normalize('NFKC').matchAll(BARE_NUMBER)];
  return found.length === 1 ? found[0][1].toUpperCase() : undefined;
}

function chosen(choices: readonly string[], message: string): string | undefined {
  const text = ` ${normalForm(message)} `;
  const spaced = (choice: string): boolean => text.includes(` ${normalForm(choice)} `);
  const unspaced = (choice: string): boolean => /\p{Script=Han}/u.test(choice) && text.includes(normalForm(choice));
  return [...choices].sort((a, b) => b.length - a.length).find((choice) => spaced(choice) || unspaced(choice));
}

function findDate(text: string, { language, locale, at }: RecognitionContext): { text: string; day: string } | undefined {
  const parser = language.code === 'zh' ? zh.hans : isMonthFirst(locale) ? en.casual : en.GB;
  const [found] = parser.parse(text, new Date(at), { forwardDate: false });
  if (found === undefined) return undefined;
  const part = (name: 'year' | 'month' | 'day'): string => String(found.start.get(name) ?? 0).padStart(2, '0');
  return { text: found.text, day: `${part('year')}-${part('month')}-${part('day')}` };
}

/** Whether 3/4 is the fourth of March. */
function isMonthFirst(locale: string | undefined): boolean {
  return locale === undefined || /^en(?:-(?:US|PH|CA))?$/i.test(locale);
}
