import { Heap } from 'heap-js';

/** Begin of a piece that goes on with a word. */
export const CONTINUATION = '##';

/** Different characters that become pieces; the rarest beyond them are unknown. */
const MOST_CHARACTERS = 1000;
/** Times that two pieces must stand together to become one. */
const LEAST_PAIRS = 2;

export interface LearnPiecesOptions {
  /** Pieces at most, special ones included. */
  size: number;
  /** Pieces that come first, whatever the words. */
  special: readonly string[];
}

/** Two pieces that stand side by side, how often, and in which words they do. */
interface Pair {
  left: number;
  right: number;
  count: number;
  words: Set<number>;
}

/**
 * Learns the pieces of a WordPiece vocabulary as Hugging Face's `WordPieceTrainer` does: from single characters on, the two pieces that most
 * often stand side by side become one (byte-pair encoding, Sennrich et al. 2016), where a piece within a word is marked by `##`. Pairs alike
 * in number come in the order of their pieces.
 *
 * @param counts how often each word occurs
 * @returns pieces in the order of their ids; fewer than `size` where no two pieces stand together twice
 */
export function learnWordPieces(counts: ReadonlyMap<string, number>, { size, special }: LearnPiecesOptions): string[] {
  return new PieceLearner(counts, special).learn(size);
}

/** Pieces that a vocabulary has before any two became one. */
export function singlePieces(counts: ReadonlyMap<string, number>, special: readonly string[]): number {
  return new PieceLearner(counts, special).size;
}

class PieceLearner {
  private readonly pieces: string[] = [];
  private readonly ids = new Map<string, number>();
  private readonly words: { pieces: number[]; count: number }[] = [];
  private readonly pairs = new Map<string, Pair>();
  private readonly waiting = new Heap<Pair>(byCount);

  constructor(counts: ReadonlyMap<string, number>, special: readonly string[]) {
    for (const piece of special) this.idOf(piece);
    const letters = alphabetOf(counts);
    for (const letter of letters) this.idOf(letter);
    const inside = new Set<string>();
    const spelt: string[][] = [];
    // The words' order must not decide ids, or the same texts in other files would give other vocabularies.
    for (const [word, count] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const known = [...word].filter((letter) => letters.has(letter));
      known.slice(1).forEach((letter) => inside.add(letter));
      if (known.length === 0) continue;
      this.words.push({ pieces: [], count });
      spelt.push(known);
    }
    for (const letter of [...inside].sort()) this.idOf(CONTINUATION + letter);
    this.words.forEach((word, place) => {
      word.pieces = spelt[place].map((letter, i) => this.idOf(i === 0 ? letter : CONTINUATION + letter));
    });
  }

  get size(): number {
    return this.pieces.length;
  }

  learn(size: number): string[] {
    this.words.forEach((_, place) => this.countPairs(place, 1));
    for (const pair of this.pairs.values()) this.waiting.push({ ...pair });
    while (this.size < size) {
      const waiting = this.waiting.pop();
      if (waiting === undefined) break;
      const pair = this.pairs.get(keyOf(waiting.left, waiting.right));
      if (pair === undefined || pair.count < LEAST_PAIRS) continue;
      // Its count has changed since it was put there.
      if (pair.count !== waiting.count) this.waiting.push({ ...pair });
      else this.join(pair);
    }
    return this.pieces;
  }

  private idOf(piece: string): number {
    let id = this.ids.get(piece);
    if (id === undefined) {
      id = this.pieces.push(piece) - 1;
      this.ids.set(piece, id);
    }
    return id;
  }

  /** Makes two pieces one wherever they stand together. */
  private join({ left, right, words }: Pair): void {
    const joined = this.idOf(this.pieces[left] + this.pieces[right].slice(CONTINUATION.length));
    const touched = new Map<string, Pair>();
    for (const place of [...words]) {
      this.countPairs(place, -1);
      const word = this.words[place];
      word.pieces = replaced(word.pieces, left, right, joined);
      for (const pair of this.countPairs(place, 1))
        if (pair.left === joined || pair.right === joined) touched.set(keyOf(pair.left, pair.right), pair);
    }
    for (const pair of touched.values()) this.waiting.push({ ...pair });
  }

  /** Adds a word's pairs to the counts, or takes them from there. */
  private countPairs(place: number, sign: 1 | -1): Pair[] {
    const { pieces, count } = this.words[place];
    const counted: Pair[] = [];
    for (let i = 1; i < pieces.length; i++) {
      const [left, right] = [pieces[i - 1], pieces[i]];
      const key = keyOf(left, right);
      let pair = this.pairs.get(key);
      if (pair === undefined) this.pairs.set(key, (pair = { left, right, count: 0, words: new Set() }));
      pair.count += sign * count;
      if (sign > 0) pair.words.add(place);
      else pair.words.delete(place);
      if (pair.count === 0) this.pairs.delete(key);
      counted.push(pair);
    }
    return counted;
  }
}

/** The more frequent one first. */
function byCount(one: Pair, other: Pair): number {
  return other.count - one.count || one.left - other.left || one.right - other.right;
}

function keyOf(left: number, right: number): string {
  return `${left} ${right}`;
}

function replaced(pieces: readonly number[], left: number, right: number, joined: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const isPair = pieces[i] === left && pieces[i + 1] === right;
    result.push(isPair ? joined : pieces[i]);
    if (isPair) i++;
  }
  return result;
}

/** The most frequent characters, in the order of Unicode. */
function alphabetOf(counts: ReadonlyMap<string, number>): Set<string> {
  const frequencies = new Map<string, number>();
  for (const [word, count] of counts) for (const letter of word) frequencies.set(letter, (frequencies.get(letter) ?? 0) + count);
  const order = (one: string, other: string): number => (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  const kept = [...frequencies].sort(([a, most], [b, next]) => next - most || order(a, b)).slice(0, MOST_CHARACTERS);
  return new Set(kept.map(([letter]) => letter).sort(order));
}
