import { dotProduct } from '@attune/artifact';
import { entryVector, KnowledgeIndex, rankOf, type GroupedRanking, type IndexedText } from '@attune/dialogue';
import { Predictor } from '@attune/inference';
import type { FaqEntry } from './stackfaq';

/** Texts that the dense search of the service gives. */
const DENSE_HITS = 40;
/** Reciprocal rank fusion with its usual constant (Cormack et al. 2009). */
const FUSION = 60;
/** Pairs of questions of different threads, whose mean cosine says what chance is. */
const CHANCE_PAIRS = 2_000;

/** Ways of ranking that learn nothing. */
export const SINGLE_WAYS = ['BM25', 'dense', 'dense, whole entries', 'reciprocal rank fusion'] as const;
export type SingleWay = (typeof SINGLE_WAYS)[number];

/** A question whose entry is known. */
export interface RankedQuestion {
  /** Place of its entry. */
  readonly place: number;
  /** Among all entries the rank of the right one, by each way. */
  readonly ranks: Readonly<Record<SingleWay, number>>;
  /** The candidates that the service would see, with their features. */
  readonly seen: GroupedRanking;
}

/** What a text is found by, and what finds it. */
interface Searchable {
  readonly index: KnowledgeIndex;
  readonly texts: readonly IndexedText[];
}

/** An entry by its question and its answers. */
export interface SearchedEntry {
  readonly question: string;
  readonly answers: readonly string[];
}

/** Asks every query of every entry by a model's vectors, as the service does. */
export async function rankQuestions(entries: readonly FaqEntry[], model: string, precision: 'int8' | 'fp32'): Promise<RankedQuestion[]> {
  const { index, texts } = indexOf(entries);
  const asked = entries.flatMap(({ queries }, place) => queries.map((query) => ({ query, place })));
  const predictor = await Predictor.open(model, { precision });
  try {
    const embed = (of: readonly string[]): Promise<Float32Array[]> => predictor.embed(of, { bulk: true });
    const queries = await embed(asked.map(({ query }) => query));
    const vectors = await textVectors(texts, embed);
    const chance = chanceOf(queries, asked);
    return asked.map(({ query, place }, position) => {
      const dense = texts.map(({ id }, at) => ({ textId: id, cosine: dotProduct(queries[position], vectors[at]) }));
      dense.sort((a, b) => b.cosine - a.cosine);
      return rankQuestion(index, { query, place, dense, chance });
    });
  } finally {
    await predictor.close();
  }
}

interface AskedQuestion {
  readonly query: string;
  readonly place: number;
  readonly dense: readonly { textId: number; cosine: number }[];
  readonly chance: number;
}

function rankQuestion(index: KnowledgeIndex, { query, place, dense, chance }: AskedQuestion): RankedQuestion {
  const cosines = new Map(dense.map(({ textId, cosine }) => [textId, cosine]));
  const cosineOf = (textId: number): number | undefined => cosines.get(textId);
  const ask = (hits: AskedQuestion['dense']) =>
    index.candidates({ text: query, dense: hits, cosineOf, chance, intents: {}, outOfScope: 0, at: 0 });
  const isRight = ({ id }: { id: string }): boolean => id === String(place);
  const all = ask(dense);
  const right = all.entries.findIndex(isRight);
  const lexical = all.candidates.map((features) => features.lexical);
  const near = all.candidates.map((features) => features.dense);
  const seen = ask(dense.slice(0, DENSE_HITS));
  const answer = seen.entries.findIndex(isRight);
  return {
    place,
    ranks: {
      BM25: rankOf(lexical, right),
      dense: rankOf(near, right),
      'dense, whole entries': rankOf(
        all.candidates.map((features) => features.denseEntry),
        right,
      ),
      'reciprocal rank fusion': rankOf(fuse(lexical, near), right),
    },
    seen: { candidates: seen.candidates, question: seen.question, answer: answer < 0 ? undefined : answer, group: String(place) },
  };
}

function fuse(...ways: readonly number[][]): number[] {
  return ways[0].map((_, position) => ways.reduce((sum, scores) => sum + 1 / (FUSION + 1 + rankOf(scores, position)), 0));
}

function indexOf(entries: readonly SearchedEntry[]): Searchable {
  const index = new KnowledgeIndex();
  const texts: IndexedText[] = [];
  entries.forEach(({ question, answers }, place) => {
    const own = [{ kind: 'question' as const, text: question }, ...answers.map((text) => ({ kind: 'answer' as const, text }))];
    const numbered = [...own, { kind: 'entry' as const, text: '' }].map((text, offset) => ({ ...text, id: texts.length + offset }));
    texts.push(...numbered);
    index.set({ id: String(place), question }, numbered);
  });
  return { index, texts };
}

/** A vector for each text; that of an entry comes after those of its texts, of which it is made. */
async function textVectors(
  texts: readonly IndexedText[],
  embed: (texts: readonly string[]) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const embeddings = await embed(texts.map(({ text }) => text));
  let start = 0;
  return texts.map(({ kind }, place) => {
    if (kind !== 'entry') return embeddings[place];
    const own = texts.slice(start, place).map((text, offset) => ({ kind: text.kind, vector: embeddings[start + offset] }));
    start = place + 1;
    const of = (wanted: IndexedText['kind']): Float32Array[] => own.flatMap(({ kind: each, vector }) => (each === wanted ? [vector] : []));
    return entryVector(of('question'), of('answer'));
  });
}

/** The mean cosine of questions of different threads. */
function chanceOf(vectors: readonly Float32Array[], asked: readonly { place: number }[]): number {
  const half = Math.floor(vectors.length / 2);
  const pairs = Array.from({ length: Math.min(half, CHANCE_PAIRS) }, (_, place) => [place, place + half]).filter(
    ([one, other]) => asked[one].place !== asked[other].place,
  );
  const sum = pairs.reduce((total, [one, other]) => total + dotProduct(vectors[one], vectors[other]), 0);
  return pairs.length === 0 ? 0 : sum / pairs.length;
}
