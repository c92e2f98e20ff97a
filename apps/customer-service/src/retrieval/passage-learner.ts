import { setImmediate } from 'node:timers/promises';
import { dotProduct } from '@attune/artifact';
import {
  DEFAULT_PASSAGE_RANKING,
  FEWEST_QUESTIONS,
  learnRanking,
  passageSearchText,
  termsOf,
  withLikeliest,
  type DocumentPassage,
  type GroupedRanking,
  type RankingWeights,
} from '@attune/dialogue';
import type { PassageStatistics } from '../database/schema';
import type { PassageDirectory } from '../documents/passage-directory';
import type { UsedModel } from '../model/dialogue-model';
import type { PassageVectors } from './passage-vectors';
import { DENSE_HITS } from './retriever';
import { spreadEvenly } from './spread-evenly';
import type { KnownEncoder } from './vector-index';

/** Questions that are learnt from at most: more change little, and each costs a search. */
const MOST_QUESTIONS = 600;
/** Every so many is asked as if its passage did not exist, so that what to leave unanswered is learnt too. */
const UNANSWERABLE = 3;
const BATCH = 64;
/** Words of a sentence that is asked. */
const FEWEST_TERMS = 5;

/** A sentence of a passage, used as a question. */
interface Sample extends DocumentPassage {
  readonly question: string;
  /** What the passage is found by without the sentence. */
  readonly rest: string;
}

/** A sample with its vectors. */
interface EmbeddedSample extends Sample {
  readonly embedding: Float32Array;
  readonly restEmbedding: Float32Array;
}

/**
 * Learns how to rank passages from the documents themselves (inverse cloze task, Lee et al. 2019): a sentence is asked, and the passage
 * from which it was taken out is the right answer; or the whole passage is taken out, and none of its neighbours is right, however near
 * the best of them is.
 */
export class PassageLearner {
  constructor(
    private readonly directory: PassageDirectory,
    private readonly vectors: PassageVectors,
    /** Share of answers that must be right. */
    private readonly precision: number,
  ) {}

  /** Passages that there are. */
  get passages(): number {
    return this.directory.index.size;
  }

  /** What the encoder's vectors and the documents teach; undefined where they are too few. */
  async learn(model: UsedModel, encoder: KnownEncoder, weights: RankingWeights): Promise<PassageStatistics | undefined> {
    const samples = this.samples();
    if (samples.length < FEWEST_QUESTIONS) return undefined;
    const { passages } = this;
    const embedded = await embedSamples(model, samples);
    const chance = chanceOf(embedded);
    const questions: GroupedRanking[] = [];
    for (const [place, sample] of embedded.entries()) {
      questions.push(await this.ask(sample, place % UNANSWERABLE !== 0, encoder, chance, weights));
    }
    const ranking = await learnRanking(questions, this.precision, () => setImmediate(), DEFAULT_PASSAGE_RANKING.weights);
    return { chance, ranking, learntAt: new Date().toISOString(), passages };
  }

  /** The same ones for the same documents, spread over all passages with a sentence that they can spare. */
  private samples(): Sample[] {
    const all = this.directory.index.passages();
    const counts = new Map<string, number>();
    for (const { passage } of all) for (const sentence of passage.sentences) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
    const samples = all.flatMap(({ document, passage }): Sample[] => {
      // What neighbours repeat is no question whose answer is one passage.
      const own = passage.sentences.filter((sentence) => counts.get(sentence) === 1 && termsOf(sentence).all.length >= FEWEST_TERMS);
      if (own.length === 0 || passage.sentences.length < 2) return [];
      const question = own[passage.position % own.length];
      const rest = { headings: passage.headings, sentences: passage.sentences.filter((sentence) => sentence !== question) };
      return [{ document, passage, question, rest: passageSearchText(document.title, rest) }];
    });
    return spreadEvenly(samples, MOST_QUESTIONS);
  }

  private async ask(
    { passage, question, rest, embedding, restEmbedding }: EmbeddedSample,
    isAnswerable: boolean,
    encoder: KnownEncoder,
    chance: number,
    weights: RankingWeights,
  ): Promise<GroupedRanking> {
    const near = await this.vectors.search(encoder, embedding, DENSE_HITS);
    const hits = near.map(({ textId: passageId, cosine }) => ({ passageId, cosine }));
    const found = this.directory.index.candidates(
      {
        text: question,
        chance,
        // The head judges messages of customers; of a sentence in a document it says nothing. Its weight stays as it was.
        outOfScope: 0,
        at: Date.now(),
        ...(isAnswerable
          ? { altered: { passageId: passage.id, searchText: rest, cosine: dotProduct(embedding, restEmbedding) } }
          : { exceptPassage: passage.id }),
      },
      hits,
    );
    const ids = found.passages.map(({ passage: { id } }) => id);
    return withLikeliest(found, ids, passage.id, weights);
  }
}

async function embedSamples(model: UsedModel, samples: readonly Sample[]): Promise<EmbeddedSample[]> {
  const embedded: EmbeddedSample[] = [];
  for (let start = 0; start < samples.length; start += BATCH) {
    const batch = samples.slice(start, start + BATCH);
    const embeddings = await model.embed(
      batch.flatMap(({ question, rest }) => [question, rest]),
      { bulk: true },
    );
    embedded.push(
      ...batch.map((sample, place) => ({ ...sample, embedding: embeddings[place * 2], restEmbedding: embeddings[place * 2 + 1] })),
    );
  }
  return embedded;
}

/** The mean cosine of questions and passages the one half of all away. */
function chanceOf(samples: readonly EmbeddedSample[]): number {
  const half = Math.floor(samples.length / 2);
  let sum = 0;
  for (let place = 0; place < half; place++) sum += dotProduct(samples[place].embedding, samples[place + half].restEmbedding);
  return Math.max(0, Math.min(0.9, sum / half));
}
