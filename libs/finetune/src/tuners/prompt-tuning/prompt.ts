import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { NamedTensor } from '@attune/artifact';
import type { PromptSlot, SoftPrompt } from '../../layers/embeddings';
import type { Pass } from '../../layers/layer';
import { Parameter } from '../../layers/parameter';
import type { Kernels, Tensor } from '../../native/kernels';

/** Name of the prompt's vectors among an encoder's weights. */
export const PROMPT = 'prompt.embeddings';

/** A soft prompt (Lester et al. 2021) whose vectors `[tokens, hidden]` are the parameters themselves. */
export class PlainPrompt implements SoftPrompt {
  readonly linears = [];
  readonly parameters: Record<'embeddings', Parameter>;

  constructor(
    kernels: Kernels,
    private readonly slot: PromptSlot,
    { shape, values }: NamedTensor,
  ) {
    this.parameters = { embeddings: new Parameter(kernels, PROMPT, shape, values) };
    slot.prompt = this;
  }

  get tokens(): number {
    return this.parameters.embeddings.shape[0];
  }

  forward({ training }: Pass): { y: Tensor; backward?: (dy: Tensor) => void } {
    const { embeddings } = this.parameters;
    const y = embeddings.value().retain();
    return training ? { y, backward: (dy) => embeddings.accumulate(dy.retain()) } : { y };
  }

  vectors(own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D {
    return own('embeddings') as TensorFlow.Tensor2D;
  }

  /** The vectors as they are now. */
  toHost(): NamedTensor {
    return this.parameters.embeddings.toHost();
  }

  dispose(): void {
    this.slot.prompt = undefined;
    this.parameters.embeddings.dispose();
  }
}
