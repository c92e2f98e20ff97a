import type { Random } from '../random';
import { splitWords } from './words';

/**
 * Which words stand beside which in texts, for noise after Kneser and Ney's back-off (Xie et al. 2017): a word is the more likely replaced
 * the more kinds of words follow it for each time it occurs, and the more kinds of words a word follows, the more likely it replaces.
 */
export class BackOffWords {
  /** Kinds of words that follow a word, for each time that it occurs; 1 where each time it is another. */
  private readonly freedom = new Map<string, number>();
  private readonly words: string[] = [];
  /** Running sums of the kinds of words that stand before each of `words`. */
  private readonly sums: number[] = [];

  constructor(texts: Iterable<string>) {
    const counts = new Map<string, number>();
    const followers = new Map<string, Set<string>>();
    const before = new Map<string, number>();
    for (const text of texts) {
      const { words } = splitWords(text);
      words.forEach((word, place) => {
        counts.set(word, (counts.get(word) ?? 0) + 1);
        const next = words.at(place + 1) ?? '';
        const known = followers.get(word) ?? new Set();
        if (!known.has(next) && next !== '') before.set(next, (before.get(next) ?? 0) + 1);
        followers.set(word, known.add(next));
      });
    }
    for (const [word, count] of counts) this.freedom.set(word, (followers.get(word)?.size ?? 0) / count);
    let sum = 0;
    for (const [word, kinds] of before) {
      this.words.push(word);
      this.sums.push((sum += kinds));
    }
  }

  /** Probability with which a word is replaced, where the most that any is has the rate given. */
  rate(word: string, most: number): number {
    return most * (this.freedom.get(word) ?? 1);
  }

  /** A word to put in another's place; undefined where no word ever follows another. */
  draw(random: Random): string | undefined {
    const wanted = random.uniform() * (this.sums.at(-1) ?? 0);
    let [low, high] = [0, this.sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return this.words.at(low);
  }
}
