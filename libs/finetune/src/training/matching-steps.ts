import type { NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { ConfiguredMatching } from '../config/tasks';
import { cutByTokens, longestFirst, padBatch } from '../data/batches';
import type { Batch, EncodedExample } from '../data/example';
import type { EncodedMatching } from '../data/matching-pairs';
import { CandidateRole, infoNce } from '../losses/info-nce';
import type { EmbeddingPass } from '../network/trainable-network';
import { Random } from '../random';
import type { Embedder } from './embed-examples';
import { mineNegatives } from './mine-negatives';
import type { StepContext, StepPart, StepSource } from './step-source';

export interface MatchingStepsOptions extends Embedder {
  config: Pick<HeadConfig, 'training' | 'seed'>;
  task: ConfiguredMatching;
  matching: EncodedMatching;
}

/** Queries of a contrastive batch, with the candidates that they are told apart among. */
interface ContrastiveRows {
  /** Numbers of the queries. */
  queries: number[];
  /** Numbers of the candidates: the queries' answers, and mined wrong ones. */
  candidates: number[];
}

/** Masks of these micro-batches are others than those of labelled rows in the same step. */
const FIRST_MASKS = 1 << 16;

/**
 * Steps over pairs of texts: each query is to be nearer to its answer than to the other queries' answers and to wrong candidates mined
 * from the encoder as the epoch begins. A candidate that answers a query in another row is no negative for it.
 *
 * Where the rows of a batch are too many to go through the network at once, their vectors are computed first, and each part of the
 * rows again for its way back, under the same masks (GradCache, Gao et al. 2021): the negatives are those of the whole batch.
 */
export class MatchingSteps implements StepSource {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  private mined: { epoch: number; negatives: Int32Array[] } | undefined;

  constructor(private readonly options: MatchingStepsOptions) {
    const { batchSize, accumulate } = options.config.training;
    this.rows = options.matching.train.queries.length;
    this.stepsPerEpoch = Math.ceil(Math.ceil(this.rows / batchSize) / accumulate);
  }

  async plan(epoch: number): Promise<StepPart[]> {
    const { config, task, matching } = this.options;
    const { batchSize, accumulate } = config.training;
    const random = new Random(config.seed).fork(`pairs ${epoch}`);
    const negatives = task.loss.hardNegatives > 0 ? await this.negativesOf(epoch) : [];
    const order = random.shuffle(Int32Array.from(matching.train.queries.keys()));
    const batches: ContrastiveRows[] = [];
    for (let start = 0; start < order.length; start += batchSize) {
      batches.push(this.contrast([...order.subarray(start, start + batchSize)], negatives, random));
    }
    const parts: StepPart[] = [];
    for (let i = 0; i < batches.length; i += accumulate) parts.push(this.part(batches.slice(i, i + accumulate)));
    return parts;
  }

  private async negativesOf(epoch: number): Promise<Int32Array[]> {
    if (this.mined?.epoch === epoch) return this.mined.negatives;
    const negatives = await mineNegatives(this.options, this.options.matching);
    this.mined = { epoch, negatives };
    return negatives;
  }

  private contrast(queries: number[], negatives: readonly Int32Array[], random: Random): ContrastiveRows {
    const { task, matching } = this.options;
    const candidates = new Set(queries.map((query) => matching.train.queries[query].target as number));
    for (const query of negatives.length > 0 ? queries : []) {
      const drawn = random.shuffle(Int32Array.from(negatives[query])).subarray(0, task.loss.hardNegatives);
      for (const candidate of drawn) candidates.add(candidate);
    }
    return { queries, candidates: [...candidates] };
  }

  private part(batches: ContrastiveRows[]): StepPart {
    const { train } = this.options.matching;
    return {
      run: async (context) => {
        let loss = 0;
        for (const [place, batch] of batches.entries()) loss += await this.run(batch, context, place, 1 / batches.length);
        return loss;
      },
      rowNames: () => batches.flatMap(({ queries }) => queries.map((query) => String(train.rows[query]))),
    };
  }

  /** @param share of the batch in its step */
  private async run(batch: ContrastiveRows, { dropout, step, pause }: StepContext, place: number, share: number): Promise<number> {
    const { network, width, task, matching, padTokenId } = this.options;
    const { queries, candidates } = batch;
    const rows = [
      ...queries.map((query) => matching.train.queries[query]),
      ...candidates.map((candidate) => matching.candidates[candidate]),
    ];
    const parts = this.microBatches(rows).map((part) => padBatch(part, padTokenId));
    const masks = (part: number): void => dropout.startStep(step, FIRST_MASKS * (place + 1) + part);
    const vectors = new Float32Array(rows.length * width);
    let whole: EmbeddingPass | undefined;
    for (const [at, part] of parts.entries()) {
      await pause();
      masks(at);
      if (parts.length === 1) whole = network.trainEmbedding(part, dropout);
      scatter(whole?.vectors ?? network.embed(part, { kernels: network.kernels, dropout }), part, width, vectors);
    }
    const split = queries.length * width;
    const sides = { queries: vectors.subarray(0, split), candidates: vectors.subarray(split), width, roles: this.roles(batch) };
    const { loss, ...gradients } = infoNce(sides, task.loss.temperature);
    const factor = task.weight * share;
    const gradient = new Float32Array(vectors.length);
    gradient.set(gradients.queries);
    gradient.set(gradients.candidates, split);
    for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
    for (const [at, part] of parts.entries()) {
      // Between a pass and its way back nothing may stop the step: the pass holds memory.
      if (whole === undefined) await pause();
      masks(at);
      (whole ?? network.trainEmbedding(part, dropout)).backward(gather(gradient, part, width));
    }
    return factor * loss;
  }

  /** Rows that go through the network together, numbered by their place among all. */
  private microBatches(rows: EncodedExample[]): EncodedExample[][] {
    const numbered = rows.map((row, index) => ({ ...row, index }));
    return cutByTokens(numbered.sort(longestFirst), this.options.config.training.tokenBudget);
  }

  private roles({ queries, candidates }: ContrastiveRows): Uint8Array {
    const { train } = this.options.matching;
    const roles = new Uint8Array(queries.length * candidates.length);
    queries.forEach((query, row) => {
      const { target } = train.queries[query];
      const right = new Set(train.right[query]);
      candidates.forEach((candidate, column) => {
        const other = right.has(candidate) ? CandidateRole.ignored : CandidateRole.negative;
        roles[row * candidates.length + column] = candidate === target ? CandidateRole.positive : other;
      });
    });
    return roles;
  }

  state(): Map<string, NamedTensor> {
    const state = new Map<string, NamedTensor>();
    if (this.mined === undefined) return state;
    state.set('epoch', { shape: [1], values: Float32Array.of(this.mined.epoch) });
    const { negatives } = this.mined;
    state.set('counts', { shape: [negatives.length], values: Float32Array.from(negatives, ({ length }) => length) });
    const all = negatives.flatMap((own) => [...own]);
    if (all.length > 0) state.set('negatives', { shape: [all.length], values: Float32Array.from(all) });
    return state;
  }

  restore(state: ReadonlyMap<string, NamedTensor>): void {
    const epoch = state.get('epoch')?.values[0];
    if (epoch === undefined) return;
    const all = Int32Array.from(state.get('negatives')?.values ?? []);
    let start = 0;
    const negatives = Array.from(state.get('counts')?.values ?? [], (count) => all.slice(start, (start += count)));
    this.mined = { epoch, negatives };
  }
}

/** Puts a batch's vectors where its rows stand among all. */
function scatter(values: Float32Array, { indices }: Batch, width: number, into: Float32Array): void {
  indices.forEach((row, at) => into.set(values.subarray(at * width, (at + 1) * width), row * width));
}

/** The vectors of a batch's rows among those of all. */
function gather(values: Float32Array, { indices, rows }: Batch, width: number): Float32Array {
  const result = new Float32Array(rows * width);
  indices.forEach((row, at) => result.set(values.subarray(row * width, (row + 1) * width), at * width));
  return result;
}
