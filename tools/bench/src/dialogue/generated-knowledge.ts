import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Brands that nobody has, and what they make: 250 products. */
const BRANDS = ['Norvik', 'Tallowe', 'Berrin', 'Quillon', 'Sandorel', 'Ostrava', 'Pellman', 'Ravelin', 'Corinth', 'Mistrel'];
const KINDS =
  'kettle, vacuum cleaner, desk lamp, coffee grinder, office chair, rain jacket, hiking boots, bread maker, headphones, suitcase, garden hose, electric drill, baby monitor, air purifier, bicycle pump, sewing machine, tent, wall clock, toaster, yoga mat, water filter, bookshelf, keyboard, camera bag, hair dryer'.split(
    ', ',
  );

/** What people want to know of a product: the question of the entry, another way to ask it, the way in which customers ask, and the answer. */
const CONCERNS = readFileSync(join(__dirname, 'concerns.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'));

/** An entry of a shop's knowledge, and a question of a customer that it answers. */
export interface GeneratedEntry {
  readonly id: string;
  readonly question: string;
  readonly phrasings: readonly string[];
  readonly answer: string;
  readonly asked: string;
}

/** As many entries as are asked for, at most 10,000, always the same: what customers want to know, about one product after the other. */
export function generatedKnowledge(count: number): GeneratedEntry[] {
  const products = KINDS.flatMap((kind) => BRANDS.map((brand) => `${brand} ${kind}`));
  const all = CONCERNS.flatMap(([question, phrasing, asked, answer]) =>
    products.map((product) => {
      const of = (text: string): string => text.replaceAll('%', product);
      return { question: of(question), phrasings: [of(phrasing)], asked: of(asked), answer: of(answer) };
    }),
  );
  return all.slice(0, count).map((entry, place) => ({ id: `generated-${place}`, ...entry }));
}
