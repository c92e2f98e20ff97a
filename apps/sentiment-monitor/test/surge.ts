import type { MarketDocument } from '@attune/contracts';

const MINUTE = 60_000;
/** So many words of its own make a text a story of its own beside others that begin alike. */
const OWN_WORDS = 24;

/** Documents about entities, each a story of its own, in words that the word-list model knows. */
function documents(names: readonly string[], prefix: string, words: string, times: readonly number[]): MarketDocument[] {
  return times.map((time, index) => {
    const own = Array.from({ length: OWN_WORDS }, (_, word) => `${prefix}${String(index)}x${String(word)}`).join(' ');
    return {
      id: `${prefix}-${String(index)}`,
      source: 'spec',
      publishedAt: new Date(time).toISOString(),
      // The words that decide come first: the model reads no further than its few tokens.
      text: `${words} ${names.join(' and ')} ${own}`,
    };
  });
}

/** Thirty quiet hours, after which a watch knows what to expect. */
export function quietDocuments(names: readonly string[], now: number): MarketDocument[] {
  const times = Array.from({ length: 60 }, (_, index) => now - (1_830 - index * 30) * MINUTE);
  return documents(names, 'quiet', 'Good growth for', times);
}

/** A wave of bad news that all come at once. */
export function badDocuments(names: readonly string[], count: number, wave: number, now: number): MarketDocument[] {
  return documents(names, `bad-${String(wave)}`, 'A terrible loss for', Array<number>(count).fill(now));
}
