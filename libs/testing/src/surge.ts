import type { MarketDocument } from '@attune/contracts';
import { until } from './running-service';

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

/** Where documents are handed in, and whether one was scored. */
export interface SurgeTarget {
  handIn(documents: MarketDocument[]): Promise<unknown>;
  isScored(id: string): Promise<boolean>;
}

/**
 * Hands in bad news in waves, each once the one before was scored, until they are heard: what to expect is known only when
 * it is known that the quiet hours have been taken in.
 */
export async function surgeUntil(
  names: readonly string[],
  { handIn, isScored }: SurgeTarget,
  heard: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let wave = 0; !(await heard()); wave++) {
    const news = documents(names, `bad-${String(wave)}`, 'A terrible loss for', Array<number>(6).fill(Date.now()));
    await handIn(news);
    await until(() => isScored(news[news.length - 1].id));
  }
}
