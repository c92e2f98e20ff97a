/** Words held at once; beyond that the rarest are given up, as they would enter no vocabulary. */
const MOST_WORDS = 2_000_000;

/**
 * Counts words of a stream within bounded memory: of too many different ones, those that were seen least are forgotten (the lossy counting
 * of Manku and Motwani 2002, by how many words there are).
 */
export async function countWords(texts: AsyncIterable<readonly string[]>, most = MOST_WORDS): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let least = 0;
  for await (const words of texts) {
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    while (counts.size > most) {
      least++;
      for (const [word, count] of counts) if (count <= least) counts.delete(word);
    }
  }
  return counts;
}
