import type { Batch } from '../data/example';
import type { DropoutSource } from '../layers/dropout';
import type { TrainableNetwork } from '../network/trainable-network';

/** What a causal language model is asked: at each place, row × tokens + token, the word that follows. */
export interface NextWords {
  places: Int32Array;
  words: Int32Array;
}

/** Every real token of a batch but the last of its row, and the token after it; padding is neither. */
export function nextWords({ rows, tokens, lengths, inputIds }: Batch): NextWords {
  const places: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let token = 0; token + 1 < lengths[row]; token++) places.push(row * tokens + token);
  }
  return { places: Int32Array.from(places), words: Int32Array.from(places, (place) => inputIds[place + 1]) };
}

export interface CausalLoss {
  /** Mean cross-entropy of the words, in nats; its exponential is the perplexity. */
  loss: number;
  /** Words that were predicted. */
  words: number;
}

/**
 * Collects the gradients of the mean cross-entropy of the next words over an optimiser step's micro-batches: that of all their words
 * together, however they are spread, as Python's `GPT2LMHeadModel` has it of one batch.
 *
 * @param network of a causal encoder, with `causalLm` and its whole vocabulary
 */
export function causalStep(network: TrainableNetwork, microBatches: readonly Batch[], dropout?: DropoutSource): CausalLoss {
  const asked = microBatches.map((batch) => ({ batch, ...nextWords(batch) }));
  const words = asked.reduce((sum, { places }) => sum + places.length, 0);
  let total = 0;
  for (const { batch, places, words: targets } of asked) {
    if (places.length === 0) continue;
    const { losses, backward } = network.trainMaskedLm(batch, places, targets, dropout);
    backward(1 / words);
    for (const loss of losses) total += loss / words;
  }
  return { loss: total, words };
}

/** The same loss without a way back and without dropout, in float32. */
export function causalLoss(network: TrainableNetwork, batches: Iterable<Batch>): CausalLoss {
  let total = 0;
  let words = 0;
  for (const batch of batches) {
    const { places, words: targets } = nextWords(batch);
    if (places.length === 0) continue;
    for (const loss of network.maskedLmLosses(batch, places, targets)) total += loss;
    words += places.length;
  }
  return { loss: total / words, words };
}
