import { writeFileSync } from 'node:fs';
import { Random } from '../src/random';

const OPENERS = ['please', 'hello', 'hi there', 'sorry', 'today', 'again', 'thanks', 'good morning', 'i need help', 'quick question'];
const THINGS = ['shirt', 'lamp', 'phone', 'coat', 'table', 'camera', 'book', 'watch'];
/** Ways to ask about a thing, and what answers them; `*` is the thing. */
const ENTRIES: { ask: string[]; answer: string }[] = [
  { ask: ['where is the *', 'the * has not arrived', 'when does the * come'], answer: 'delivery of a * takes three days' },
  { ask: ['the * is broken', 'the * does not work', 'a part of the * is missing'], answer: 'send the damaged * back for repair' },
  { ask: ['how much is the *', 'the * is too expensive', 'is there a discount on the *'], answer: 'the price of a * is on its label' },
];

export interface TinyPair {
  query: string;
  answer: string;
}

/** Questions about things, each with its answer: a tiny encoder learns to find them in seconds. */
export function tinyPairs(count: number, seed = 1): TinyPair[] {
  const random = new Random(seed);
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)];
  const pairs = new Map<string, TinyPair>();
  while (pairs.size < count) {
    const { ask, answer } = ENTRIES[pairs.size % ENTRIES.length];
    const thing = pick(THINGS);
    const query = `${pick(OPENERS)} ${pick(ask).replace('*', thing)} ${pick(OPENERS)}`;
    pairs.set(query, { query, answer: answer.replace('*', thing) });
  }
  return [...pairs.values()];
}

/** Writes pairs as JSON Lines. */
export function writeTinyPairs(path: string, pairs: readonly TinyPair[]): void {
  writeFileSync(path, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
}
