import { evaluationBatches } from '../data/batches';
import type { EncodedExample } from '../data/example';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import type { CheckpointJudge } from '../training/evaluate-tasks';
import { pauseForSignals } from '../training/interruption';
import type { AskWords } from './asked-words';
import type { TextRow } from './text-rows';

/** How well words are foretold. */
export interface WordReport {
  /** Tokens that were asked for. */
  words: number;
  /** Their mean cross-entropy in nats. */
  loss: number;
  /** e to the loss: among how many words, all alike likely, the choice would be as hard. */
  perplexity: number;
}

/** Lower is better. */
export const perplexityJudge: CheckpointJudge<WordReport> = {
  value: ({ perplexity }) => perplexity,
  isBetter: (value, best) => best === undefined || value < best,
  metrics: ({ loss, perplexity }) => ({ loss, perplexity }),
};

export interface PerplexityOptions {
  network: TrainableNetwork;
  rows: readonly TextRow[];
  ask: AskWords;
  tokenBudget: number;
  padTokenId: number;
  seed: number;
  signal: AbortSignal;
}

/** Judges the network on rows of which the same words are asked for each time. */
export async function measurePerplexity(options: PerplexityOptions): Promise<WordReport> {
  const { network, ask, padTokenId, tokenBudget, seed, signal } = options;
  const examples = options.rows.map(({ inputIds }, index): EncodedExample => ({ inputIds, target: 0, index }));
  const random = new Random(seed).fork('validation');
  let loss = 0;
  let words = 0;
  for (const { indices } of evaluationBatches(examples, { tokenBudget, padTokenId })) {
    await pauseForSignals(signal);
    const rows = Array.from(indices, (index) => examples[index]);
    const asked = ask(rows, padTokenId, ({ index }) => random.fork(String(index)));
    for (const one of network.maskedLmLosses(asked.batch, asked.places, asked.words)) loss += one;
    words += asked.words.length;
  }
  return { words, loss: loss / words, perplexity: Math.exp(loss / words) };
}
