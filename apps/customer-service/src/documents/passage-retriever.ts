import { dotProduct } from '@attune/artifact';
import { calibrated, posteriorOf, type CandidateFeatures, type DocumentPassage, type PassageQuery, type Ranking } from '@attune/dialogue';
import type { ReadyEncoder } from '../retrieval/encoder-registry';
import { DENSE_HITS, type Query } from '../retrieval/retriever';
import type { VectorIndex } from '../retrieval/vector-index';
import type { PassageDirectory } from './passage-directory';

/** A passage that may answer, with why. */
export interface RankedPassage extends DocumentPassage {
  /** Calibrated, that it answers the question. */
  readonly probability: number;
  readonly features: CandidateFeatures;
}

/** A text from elsewhere with its vector. */
export interface ForeignText {
  readonly text: string;
  readonly embedding: Float32Array;
}

/** Passages that are told of. */
const MOST_PASSAGES = 50;

/** Finds passages of documents for questions. */
export class PassageRetriever {
  constructor(
    private readonly directory: PassageDirectory,
    private readonly vectors: VectorIndex,
  ) {}

  /** Whether there are any passages. */
  get isEmpty(): boolean {
    return this.directory.index.size === 0;
  }

  /** The passages that may answer a question, the likeliest first. */
  async find(query: Query, encoder: ReadyEncoder, at: number): Promise<RankedPassage[]> {
    if (this.isEmpty) return [];
    const near = await this.vectors.search(encoder, query.embedding, DENSE_HITS);
    const hits = near.map(({ textId: passageId, cosine }) => ({ passageId, cosine }));
    const found = this.directory.index.candidates(passageQuery(query, encoder, at), hits);
    return probabilitiesOf(found, encoder)
      .map((probability, place) => ({ ...found.passages[place], probability, features: found.candidates[place] }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, MOST_PASSAGES);
  }

  /** The probability of each text from elsewhere that it answers a question, by the measures of the passages. */
  judge(query: Query, texts: readonly ForeignText[], encoder: ReadyEncoder, at: number): number[] {
    const judged = texts.map(({ text, embedding }) => ({ text, cosine: dotProduct(query.embedding, embedding) }));
    return probabilitiesOf(this.directory.index.rankingOf(passageQuery(query, encoder, at), judged), encoder);
  }
}

function passageQuery({ text, locale, understanding }: Query, encoder: ReadyEncoder, at: number): PassageQuery {
  return { text, locale, at, chance: encoder.passages.chance, outOfScope: understanding.outOfScope };
}

function probabilitiesOf(found: Ranking, { passages: { ranking } }: ReadyEncoder): number[] {
  const { candidates } = posteriorOf(found, ranking.weights);
  return candidates.map((probability) => calibrated(ranking.calibration, probability));
}
