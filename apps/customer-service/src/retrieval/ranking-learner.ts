import { setImmediate } from 'node:timers/promises';
import { dotProduct } from '@attune/artifact';
import {
  entryVector,
  FEWEST_QUESTIONS,
  learnRanking,
  withLikeliest,
  type DenseHit,
  type GroupedRanking,
  type IndexedText,
  type RankingWeights,
} from '@attune/dialogue';
import type { EncoderStatistics } from '../database/schema';
import type { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import type { UnderstoodText, UsedModel } from '../model/dialogue-model';
import { DENSE_HITS } from './retriever';
import { spreadEvenly } from './spread-evenly';
import type { KnownEncoder, VectorIndex } from './vector-index';

/** Questions that are learnt from at most: more change little, and each costs a search. */
const MOST_QUESTIONS = 800;
/** Of them, the share that is asked as if its entry did not exist, so that what to leave unanswered is learnt too. */
const UNANSWERABLE = 0.25;
/** Texts that are embedded together, and pairs whose cosine says what chance is. */
const BATCH = 64;
const CHANCE_PAIRS = 2_000;

/** A way to ask for an entry, used as a question. */
interface Sample {
  readonly entryId: string;
  readonly text: IndexedText;
  readonly isAnswerable: boolean;
}

/**
 * Learns how to rank from the knowledge itself: each phrasing of an entry is asked as if it had not been written yet, with the entry's
 * other texts as the right answer, or as if the whole entry had not (leave one out).
 */
export class RankingLearner {
  constructor(
    private readonly directory: KnowledgeDirectory,
    private readonly vectors: VectorIndex,
    /** Share of answers that must be right. */
    private readonly precision: number,
  ) {}

  /** Texts that entries are found by. */
  get texts(): number {
    return this.directory.index.texts;
  }

  /** What the encoder's vectors and the knowledge teach; undefined where the knowledge is too small. */
  async learn(model: UsedModel, encoder: KnownEncoder, weights: RankingWeights): Promise<EncoderStatistics | undefined> {
    const samples = this.samples();
    if (samples.length < FEWEST_QUESTIONS) return undefined;
    const { texts } = this;
    const understood = await understandAll(
      model,
      samples.map(({ text }) => text.text),
    );
    const chance = chanceOf(samples, understood);
    const questions: GroupedRanking[] = [];
    for (const [place, sample] of samples.entries()) questions.push(await this.ask(sample, understood[place], encoder, chance, weights));
    const ranking = await learnRanking(questions, this.precision, () => setImmediate());
    return { chance, ranking, learntAt: new Date().toISOString(), texts };
  }

  /** The same ones for the same knowledge, spread over all entries that are asked for in several ways. */
  private samples(): Sample[] {
    const { index } = this.directory;
    const all = [...index.entries()].sort().flatMap((entryId) => {
      const questions = index.textsOf(entryId).filter(({ kind }) => kind === 'question');
      return questions.length < 2 ? [] : questions.map((text) => ({ entryId, text }));
    });
    const every = Math.round(1 / UNANSWERABLE);
    return spreadEvenly(all, MOST_QUESTIONS).map((sample, place) => ({ ...sample, isAnswerable: place % every !== 0 }));
  }

  private async ask(
    { entryId, text, isAnswerable }: Sample,
    { embedding, understanding }: UnderstoodText,
    encoder: KnownEncoder,
    chance: number,
    weights: RankingWeights,
  ): Promise<GroupedRanking> {
    const hits = await this.vectors.search(encoder, embedding, DENSE_HITS);
    const known = this.vectors.cosines(encoder, embedding);
    const seen = isAnswerable ? await this.withoutText(encoder, { entryId, text }, embedding, hits) : { hits, whole: undefined };
    const found = this.directory.index.candidates({
      text: text.text,
      dense: seen.hits,
      cosineOf: known === undefined ? undefined : (id) => (id === seen.whole?.id ? seen.whole.cosine : known(id)),
      chance,
      intents: understanding.probabilities,
      outOfScope: understanding.outOfScope,
      at: Date.now(),
      except: text.id,
      ...(isAnswerable ? {} : { exceptEntry: entryId }),
    });
    const ids = found.entries.map(({ id }) => id);
    return withLikeliest(found, ids, entryId, weights);
  }

  /** What the search would have given if a text had not been in the vector of its whole entry. */
  private async withoutText(
    encoder: KnownEncoder,
    { entryId, text }: Pick<Sample, 'entryId' | 'text'>,
    embedding: Float32Array,
    hits: readonly DenseHit[],
  ): Promise<{ hits: readonly DenseHit[]; whole: { readonly id: number; readonly cosine: number } | undefined }> {
    const texts = this.directory.index.textsOf(entryId);
    const whole = texts.find(({ kind }) => kind === 'entry');
    const others = hits.filter(({ textId }) => textId !== whole?.id);
    const vectors = await this.vectors.vectorsOf(
      encoder,
      texts.map(({ id }) => id),
    );
    const rest = (wanted: IndexedText['kind']): Float32Array[] =>
      texts.flatMap(({ id, kind }) => (kind === wanted && id !== text.id ? (vectors.get(id) ?? []) : []));
    const questions = rest('question');
    if (whole === undefined || questions.length === 0) return { hits: others, whole: undefined };
    const cosine = dotProduct(embedding, entryVector(questions, rest('answer')));
    const farthest = others.at(-1)?.cosine ?? -1;
    const near = cosine < farthest ? others : [...others, { textId: whole.id, cosine }].sort((a, b) => b.cosine - a.cosine);
    return { hits: near, whole: { id: whole.id, cosine } };
  }
}

async function understandAll(model: UsedModel, texts: readonly string[]): Promise<UnderstoodText[]> {
  const understood: UnderstoodText[] = [];
  for (let start = 0; start < texts.length; start += BATCH) {
    understood.push(...(await model.understand(texts.slice(start, start + BATCH), { bulk: true })));
  }
  return understood;
}

/** The mean cosine of texts of different entries, each with the one half of all away. */
function chanceOf(samples: readonly Sample[], understood: readonly UnderstoodText[]): number {
  const half = Math.floor(samples.length / 2);
  let sum = 0;
  let pairs = 0;
  for (let place = 0; place < Math.min(half, CHANCE_PAIRS); place++) {
    const other = place + half;
    if (samples[place].entryId === samples[other].entryId) continue;
    sum += dotProduct(understood[place].embedding, understood[other].embedding);
    pairs += 1;
  }
  return pairs === 0 ? 0 : Math.min(0.9, sum / pairs);
}
