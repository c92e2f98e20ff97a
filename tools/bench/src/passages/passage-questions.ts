import { dotProduct } from '@attune/artifact';
import { PassageIndex, passageSearchText, splitPassages, type GroupedRanking, type IndexedPassage } from '@attune/dialogue';
import type { Predictor } from '@attune/inference';
import { splitSentences } from '@attune/opinion';
import type { Handbook } from './handbooks';

/** Tokens that an encoder of short texts reads of a passage. */
const BUDGET = 64;
/** Tokens of a word of English, on average. */
const TOKENS_PER_WORD = 1.3;

/** A document as it is searched, with what is asked of it. */
export interface SearchedDocument {
  readonly title: string;
  readonly passages: readonly { readonly headings: readonly string[]; readonly sentences: readonly string[] }[];
  /** The place of the passage that answers; undefined where none does. */
  readonly questions: readonly { readonly text: string; readonly passage: number | undefined }[];
}

/** Splits a handbook as the service does. */
export function searchedDocument({ title, blocks, questions }: Handbook): SearchedDocument {
  const passages = splitPassages(title, blocks, {
    budget: BUDGET,
    countTokens: (text) => Math.ceil((text.match(/\S+/g)?.length ?? 0) * TOKENS_PER_WORD),
    sentencesOf: (text) => splitSentences(text).map(({ start, end }) => text.slice(start, end)),
  });
  return {
    title,
    passages,
    questions: questions.map(({ text, heading }) => {
      if (heading === undefined) return { text, passage: undefined };
      const passage = passages.findIndex(({ headings }) => headings.at(-1) === heading);
      if (passage < 0) throw new Error(`"${text}" names the heading ${heading}, which ${title} does not have`);
      return { text, passage };
    }),
  };
}

/** Questions as the service ranks passages for them. */
export interface RankedPassages {
  /** With the passages as they are. */
  readonly asked: readonly GroupedRanking[];
  /** Those that a passage answers, asked once more as if it had not been written. */
  readonly withoutAnswer: readonly GroupedRanking[];
}

/** Asks all questions of documents that lie together, as those of one company do. @param chance mean cosine of unrelated texts */
export async function rankPassages(documents: readonly SearchedDocument[], predictor: Predictor, chance: number): Promise<RankedPassages> {
  const index = new PassageIndex();
  const passages: IndexedPassage[] = [];
  const idsOf = documents.map(({ title, passages: own }, place) => {
    const indexed = own.map((passage, at) => ({
      ...passage,
      id: passages.length + at + 1,
      position: at + 1,
      searchText: passageSearchText(title, passage),
    }));
    passages.push(...indexed);
    index.set({ id: String(place), title }, indexed);
    return indexed.map(({ id }) => id);
  });
  const questions = documents.flatMap(({ questions: own }, place) =>
    own.map(({ text, passage }) => ({ text, answer: passage === undefined ? undefined : idsOf[place][passage] })),
  );
  const vectors = await predictor.embed(
    passages.map(({ searchText }) => searchText),
    { bulk: true },
  );
  const embeddings = await predictor.embed(
    questions.map(({ text }) => text),
    { bulk: true },
  );
  const ask = (at: number, exceptPassage?: number): GroupedRanking => {
    const { text, answer } = questions[at];
    const hits = passages.map(({ id }, place) => ({ passageId: id, cosine: dotProduct(embeddings[at], vectors[place]) }));
    hits.sort((a, b) => b.cosine - a.cosine);
    const found = index.candidates({ text, chance, outOfScope: 0, at: 0, exceptPassage }, hits);
    const right = found.passages.findIndex(({ passage }) => passage.id === answer);
    return { question: found.question, candidates: found.candidates, answer: right < 0 ? undefined : right, group: String(at) };
  };
  return {
    asked: questions.map((_, at) => ask(at)),
    withoutAnswer: questions.flatMap(({ answer }, at) => (answer === undefined ? [] : [ask(at, answer)])),
  };
}
