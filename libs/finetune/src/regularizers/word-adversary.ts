import { WORDS } from '../network/parameter-store';
import type { TrainableNetwork } from '../network/trainable-network';
import { release } from '../native/kernels';

/**
 * Adversarial training by the fast gradient method (Miyato, Dai and Goodfellow 2017): the word embeddings take a step of length ε along
 * their gradient, where the loss rises the most, `w + ε g / ‖g‖`, and the passes are run again from there, their gradients added to those of
 * the first time. A token is moved alike at all its places in the step.
 */
export class WordAdversary {
  constructor(
    private readonly network: TrainableNetwork,
    private readonly epsilon: number,
  ) {}

  /** Runs the passes from the moved embeddings, once they have been run from those that learn. Without a gradient there is nowhere to go. */
  async run(passes: () => Promise<unknown>): Promise<void> {
    const { kernels } = this.network;
    const words = this.network.parameter(WORDS);
    const { gradient } = words;
    if (!gradient) return;
    const half = kernels.halfSquaredNorm(gradient);
    const norm = Math.sqrt(2 * half.scalar());
    half.release();
    if (!(norm > 0) || !Number.isFinite(norm)) return;
    this.network.forgetLearningWeights();
    const learned = words.readOnce();
    const length = kernels.floats(Float32Array.of(this.epsilon / norm), []);
    const step = kernels.multiply(gradient, length);
    const moved = kernels.add(learned, step);
    words.put(moved);
    release(length, step, moved);
    try {
      await passes();
    } finally {
      this.network.forgetLearningWeights();
      words.put(learned);
      learned.release();
    }
  }
}
