import { evaluationBatches } from '../data/batches';
import type { EncodedExample } from '../data/example';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import type { CheckpointJudge } from '../training/evaluate-tasks';
import { pauseForSignals } from '../training/interruption';
import { maskBatch } from './masked-lm-steps';
import type { TextRow } from './text-rows';
import type { WordMasking } from './whole-word-masking';

/** How well hidden words are foretold. */
export interface MaskedLmReport {
  /** Hidden tokens. */
  words: number;
  /** Their mean cross-entropy in nats. */
  loss: number;
  /** e to the loss: among how many words, all alike likely, the choice would be as hard. */
  perplexity: number;
}

/** Lower is better. */
export const perplexityJudge: CheckpointJudge<MaskedLmReport> = {
  value: ({ perplexity }) => perplexity,
  isBetter: (value, best) => best === undefined || value < best,
  metrics: ({ loss, perplexity }) => ({ loss, perplexity }),
};

export interface PerplexityOptions {
  network: TrainableNetwork;
  rows: readonly TextRow[];
  masking: WordMasking;
  tokenBudget: number;
  padTokenId: number;
  seed: number;
  signal: AbortSignal;
}

/** Judges the network on rows of which the same words are hidden each time. */
export async function measurePerplexity(options: PerplexityOptions): Promise<MaskedLmReport> {
  const { network, masking, padTokenId, tokenBudget, seed, signal } = options;
  const examples = options.rows.map(({ inputIds }, index): EncodedExample => ({ inputIds, target: 0, index }));
  const random = new Random(seed).fork('validation');
  let loss = 0;
  let words = 0;
  for (const { indices } of evaluationBatches(examples, { tokenBudget, padTokenId })) {
    await pauseForSignals(signal);
    const rows = Array.from(indices, (index) => examples[index]);
    const masked = maskBatch(rows, padTokenId, masking, ({ index }) => random.fork(String(index)));
    for (const one of network.maskedLmLosses(masked.batch, masked.places, masked.words)) loss += one;
    words += masked.words.length;
  }
  return { words, loss: loss / words, perplexity: Math.exp(loss / words) };
}
