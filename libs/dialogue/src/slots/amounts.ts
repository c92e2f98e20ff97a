/** An amount of money in a text. */
export interface FoundAmount {
  readonly text: string;
  /** Such as `12.50 EUR`. */
  readonly value: string;
}

const NUMBER = String.raw`\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?`;
const CURRENCIES: Readonly<Record<string, string>> = {
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  欧元: 'EUR',
  歐元: 'EUR',
  $: 'USD',
  usd: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  美元: 'USD',
  '£': 'GBP',
  gbp: 'GBP',
  pound: 'GBP',
  pounds: 'GBP',
  英镑: 'GBP',
  英鎊: 'GBP',
  '¥': 'CNY',
  cny: 'CNY',
  rmb: 'CNY',
  yuan: 'CNY',
  元: 'CNY',
  块: 'CNY',
  塊: 'CNY',
  人民币: 'CNY',
  人民幣: 'CNY',
  jpy: 'JPY',
  yen: 'JPY',
  日元: 'JPY',
  chf: 'CHF',
};
const names = Object.keys(CURRENCIES).sort((a, b) => b.length - a.length);
const NAME = names.map((name) => name.replace('$', String.raw`\$`)).join('|');
const AMOUNT = new RegExp(
  String.raw`(?:(?<![\p{L}])(${NAME})\s?)(${NUMBER})(?![\p{N}])|(?<![\p{N}.,])(${NUMBER})\s?(${NAME})(?![a-z])`,
  'giu',
);

/** The amounts of money in a text, in their order. */
export function findAmounts(text: string): FoundAmount[] {
  return [...text.matchAll(AMOUNT)].map(([found, before, first, second, after]) => ({
    text: found,
    value: `${plainNumber(first ?? second)} ${CURRENCIES[(before ?? after).toLowerCase()]}`,
  }));
}

/** A number with a point before its fraction and nothing between its thousands. */
function plainNumber(written: string): string {
  const fraction = /[.,](\d{1,2})$/.exec(written);
  const whole = (fraction === null ? written : written.slice(0, fraction.index)).replace(/\D/g, '');
  return fraction === null ? whole : `${whole}.${fraction[1].padEnd(2, '0')}`;
}
