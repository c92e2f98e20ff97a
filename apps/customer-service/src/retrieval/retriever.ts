import type { Alternative } from '@attune/contracts';
import { calibrated, posteriorOf, type CandidateFeatures, type Found, type Understanding } from '@attune/dialogue';
import type { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import type { ReadyEncoder } from './encoder-registry';
import type { VectorIndex } from './vector-index';

/** Texts that the dense search gives. */
export const DENSE_HITS = 40;
/** Candidates that are told of. */
const MOST_CANDIDATES = 50;

/** A question as the head and its encoder see it. */
export interface Query {
  readonly text: string;
  readonly embedding: Float32Array;
  readonly understanding: Understanding;
  readonly locale: string | undefined;
}

/** An entry that may answer, with why. */
export interface RankedEntry extends Alternative {
  readonly features: CandidateFeatures;
}

/** What was found, with why. */
export interface RankedEntries extends Found {
  readonly candidates: readonly RankedEntry[];
}

/** Finds entries for questions. */
export class Retriever {
  constructor(
    private readonly directory: KnowledgeDirectory,
    private readonly vectors: VectorIndex,
  ) {}

  /** The entries that may answer a question, the likeliest first. */
  async find(query: Query, encoder: ReadyEncoder, at: number): Promise<RankedEntries> {
    const dense = await this.vectors.search(encoder, query.embedding, DENSE_HITS);
    const found = this.directory.index.candidates({
      text: query.text,
      dense,
      cosineOf: this.vectors.cosines(encoder, query.embedding),
      chance: encoder.chance,
      intents: query.understanding.probabilities,
      outOfScope: query.understanding.outOfScope,
      locale: query.locale,
      at,
    });
    const { weights, calibration } = encoder.ranking;
    const posterior = posteriorOf(found, weights);
    const candidates = found.entries
      .map(({ id, question }, index) => ({
        entryId: id,
        question,
        probability: calibrated(calibration, posterior.candidates[index]),
        features: found.candidates[index],
      }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, MOST_CANDIDATES);
    return { candidates, none: posterior.none };
  }
}
