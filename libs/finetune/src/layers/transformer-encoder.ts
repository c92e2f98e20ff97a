import { RELATIVE_BIAS, type EncoderConfig } from '@attune/artifact';
import { release, type Tensor } from '../native/kernels';
import { activation } from './activation';
import { SelfAttention } from './attention';
import { Embeddings, type PromptSlot } from './embeddings';
import { EncoderBlock, type BranchSlot } from './encoder-block';
import { FeedForward } from './feed-forward';
import type { Backward, Forward, Pass } from './layer';
import { LayerNorm } from './layer-norm';
import { Linear, type LinearSlot } from './linear';
import type { Packing } from './packing';
import type { Parameter } from './parameter';
import { RelativeBias } from './score-bias';

/** Looks a parameter up by its name (see `encoderParameterShapes`). */
export type ParameterLookup = (name: string) => Parameter;

/**
 * A BERT-family encoder with hand-written backward passes over bare kernels. Its reference in plain tfjs ops is
 * `referenceEncoder`; one suite holds the two to the same outputs and gradients.
 */
export class TransformerEncoder {
  private readonly embeddings: Embeddings;
  private readonly relativeBias: RelativeBias | undefined;
  private readonly embeddingParameters: Parameter[];
  private readonly blocks: EncoderBlock[] = [];
  private readonly blockParameters: Parameter[][] = [];
  /** Dense layers by name, for tuners to put adapters on. */
  readonly slots = new Map<string, LinearSlot>();
  /** Outputs of the blocks' branches by name, likewise. */
  readonly branches = new Map<string, BranchSlot>();
  /** Where a soft prompt may stand. */
  readonly input: PromptSlot = {};

  constructor(config: EncoderConfig, lookup: ParameterLookup, wordRows?: Int32Array) {
    const used: Parameter[] = [];
    const find = (name: string): Parameter => {
      const parameter = lookup(name);
      used.push(parameter);
      return parameter;
    };
    const norm = (name: string): LayerNorm => new LayerNorm(find(`${name}.weight`), find(`${name}.bias`), config.layerNormEpsilon);
    const slot = (name: string): LinearSlot => {
      const made = { name, weight: find(`${name}.weight`), bias: find(`${name}.bias`) };
      this.slots.set(name, made);
      return made;
    };
    const branch = (name: string): BranchSlot => {
      const made = { name };
      this.branches.set(name, made);
      return made;
    };
    this.embeddings = new Embeddings(
      {
        words: find('embeddings.word_embeddings.weight'),
        positions: find('embeddings.position_embeddings.weight'),
        ...(config.tokenTypes > 0 ? { types: find('embeddings.token_type_embeddings.weight') } : {}),
        norm: norm('embeddings.LayerNorm'),
      },
      config,
      { wordRows, input: this.input },
    );
    this.relativeBias = config.relativeBuckets === undefined ? undefined : new RelativeBias(find(RELATIVE_BIAS));
    this.embeddingParameters = used.splice(0);
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = `encoder.layer.${layer}`;
      const self = `${prefix}.attention.self`;
      const block = new EncoderBlock(
        {
          attention: new SelfAttention(
            [slot(`${self}.query`), slot(`${self}.key`), slot(`${self}.value`)],
            config.attentionHeads,
            config.attentionDropout,
          ),
          attentionOutput: new Linear([slot(`${prefix}.attention.output.dense`)]),
          attentionBranch: branch(`${prefix}.attention.output`),
          attentionNorm: norm(`${prefix}.attention.output.LayerNorm`),
          feedForward: new FeedForward(slot(`${prefix}.intermediate.dense`), slot(`${prefix}.output.dense`), activation(config.activation)),
          outputBranch: branch(`${prefix}.output`),
          outputNorm: norm(`${prefix}.output.LayerNorm`),
        },
        config.hiddenDropout,
      );
      this.blocks.push(block);
      this.blockParameters.push(used.splice(0));
    }
  }

  /** Dense layers of all blocks and of what tuners added. */
  get linears(): Linear[] {
    return [...(this.input.prompt?.linears ?? []), ...this.blocks.flatMap((block) => block.linears)];
  }

  /** Last hidden states `[flowing, hidden]`. The backward pass stops above the lowest layer that learns. */
  forward(packing: Packing, pass: Pass): Forward {
    const lowest = pass.training ? this.lowestLearning() : Infinity;
    const still: Pass = { ...pass, training: false };
    const embedded = this.embeddings.forward(packing, lowest < 0 ? pass : still);
    const bias = this.relativeBias?.forward(packing, pass.kernels);
    const steps: (Backward | undefined)[] = [embedded.backward];
    let states = embedded.y;
    this.blocks.forEach((block, i) => {
      const next = block.forward(states, packing, i >= lowest ? pass : still, bias);
      states.release();
      states = next.y;
      steps.push(next.backward);
    });
    if (!pass.training) {
      bias?.release();
      return { y: states };
    }
    const backward = (dy: Tensor): Tensor => {
      const dx = propagate(steps, dy);
      bias?.release();
      return dx;
    };
    return { y: states, backward };
  }

  /** Index of the lowest block with a parameter or adapter that learns; -1 for the embeddings or a prompt before them. */
  private lowestLearning(): number {
    if (this.input.prompt || this.embeddingParameters.some((parameter) => parameter.trainable)) return -1;
    const learns = (block: EncoderBlock, i: number): boolean =>
      block.adapted || this.blockParameters[i].some((parameter) => parameter.trainable);
    const index = this.blocks.findIndex(learns);
    return index < 0 ? Infinity : index;
  }
}

/** Runs the ways back from the top as far as they go. */
function propagate(steps: (Backward | undefined)[], dy: Tensor): Tensor {
  let gradient = dy.retain();
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (!step) break;
    const next = step(gradient);
    release(gradient);
    gradient = next;
  }
  return gradient;
}
