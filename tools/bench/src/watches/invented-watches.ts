import { watchInputSchema, type Watch } from '@attune/contracts';

const NEVER = '1970-01-01T00:00:00.000Z';
const ONSETS = ['b', 'br', 'c', 'd', 'dr', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 'st', 't', 'tr', 'v', 'w'];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ea', 'io'];
const TRADES = ['Freight', 'Energy', 'Foods', 'Bank', 'Software', 'Mining', 'Motors', 'Health', 'Media', 'Steel'];
const CONSONANTS = 'BCDFGHJKLMNPQRSTVWXZ';

/**
 * Watches that nobody would write: of ten, nine are companies with two names and a ticker, one of them with a pattern as well, and one is a
 * topic with two keywords. Half of the companies share the beginning of their name with words of the documents, so that the index is
 * entered as often as it would be with real ones.
 *
 * @param words of the documents
 */
export function inventedWatches(count: number, words: readonly string[], random: () => number): Watch[] {
  const pick = <T>(list: readonly T[] | string): T | string => list[Math.floor(random() * list.length)];
  const name = (): string => {
    const syllables = Array.from({ length: 3 }, () => `${pick(ONSETS)}${pick(VOWELS)}`).join('');
    return `${syllables[0].toUpperCase()}${syllables.slice(1)}n`;
  };
  return Array.from({ length: count }, (_, index): Watch => {
    const invented = name();
    const target =
      index % 10 === 9
        ? { kind: 'topic', keywords: [`${pick(words)} ${invented}`, `${invented} ${pick(words)}`] }
        : {
            kind: 'entity',
            names: [index % 2 === 0 ? `${pick(words)} ${invented}` : `${invented} ${pick(TRADES)}`],
            aliases: [invented],
            tickers: [Array.from({ length: 4 }, () => pick(CONSONANTS)).join('')],
            patterns: index % 10 === 0 ? [`(?i)\\b${invented}-[0-9]{2,4}\\b`] : [],
          };
    const input = watchInputSchema.parse({ name: invented, target });
    return { ...input, id: `invented-${index}`, createdAt: NEVER, updatedAt: NEVER };
  });
}
