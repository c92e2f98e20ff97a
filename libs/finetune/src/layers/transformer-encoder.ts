import { RELATIVE_BIAS, type EncoderConfig } from '@attune/artifact';
import { release, type Tensor } from '../native/kernels';
import { activation } from './activation';
import { SelfAttention } from './attention';
import { Embeddings, type PromptSlot } from './embeddings';
import { EncoderBlock, type Block, type BranchSlot } from './encoder-block';
import { FeedForward } from './feed-forward';
import type { Backward, Forward, Pass } from './layer';
import { LayerNorm } from './layer-norm';
import { Linear, type LinearSlot } from './linear';
import type { Packing } from './packing';
import type { Parameter } from './parameter';
import { PreNormBlock } from './pre-norm-block';
import { causalBias, RelativeBias } from './score-bias';

/** Looks a parameter up by its name (see `encoderParameterShapes`). */
export type ParameterLookup = (name: string) => Parameter;

/** Makes the parts of blocks by their names. */
interface BlockBuilder {
  norm(name: string): LayerNorm;
  slot(name: string): LinearSlot;
  branch(name: string): BranchSlot;
}

function postNormBlock(config: EncoderConfig, prefix: string, { norm, slot, branch }: BlockBuilder): EncoderBlock {
  const self = `${prefix}.attention.self`;
  return new EncoderBlock(
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
}

function preNormBlock(config: EncoderConfig, prefix: string, { norm, slot }: BlockBuilder): PreNormBlock {
  return new PreNormBlock(
    {
      attentionNorm: norm(`${prefix}.attention.LayerNorm`),
      attention: new SelfAttention([slot(`${prefix}.attention.self.c_attn`)], config.attentionHeads, config.attentionDropout),
      attentionOutput: new Linear([slot(`${prefix}.attention.output.dense`)]),
      feedForwardNorm: norm(`${prefix}.intermediate.LayerNorm`),
      feedForward: new FeedForward(slot(`${prefix}.intermediate.dense`), slot(`${prefix}.output.dense`), activation(config.activation)),
    },
    config.hiddenDropout,
  );
}

/**
 * An encoder with hand-written backward passes over bare kernels. Its reference in plain tfjs ops is
 * `referenceEncoder`; one suite holds the two to the same outputs and gradients.
 */
export class TransformerEncoder {
  private readonly embeddings: Embeddings;
  private readonly relativeBias: RelativeBias | undefined;
  private readonly embeddingParameters: Parameter[];
  private readonly blocks: Block[] = [];
  private readonly blockParameters: Parameter[][] = [];
  /** After the blocks, where these normalise what they read. */
  private readonly lastNorm: LayerNorm | undefined;
  /** Dense layers by name, for tuners to put adapters on. */
  readonly slots = new Map<string, LinearSlot>();
  /** Outputs of the blocks' branches by name, likewise; none in a causal encoder. */
  readonly branches = new Map<string, BranchSlot>();
  /** Where a soft prompt may stand. */
  readonly input: PromptSlot = {};

  constructor(
    private readonly config: EncoderConfig,
    lookup: ParameterLookup,
    wordRows?: Int32Array,
  ) {
    const used: Parameter[] = [];
    const find = (name: string): Parameter => {
      const parameter = lookup(name);
      used.push(parameter);
      return parameter;
    };
    const parts = this.parts(find);
    this.embeddings = new Embeddings(
      {
        words: find('embeddings.word_embeddings.weight'),
        positions: find('embeddings.position_embeddings.weight'),
        ...(config.tokenTypes > 0 ? { types: find('embeddings.token_type_embeddings.weight') } : {}),
        ...(config.causal ? {} : { norm: parts.norm('embeddings.LayerNorm') }),
      },
      config,
      { wordRows, input: this.input },
    );
    this.relativeBias = config.relativeBuckets === undefined ? undefined : new RelativeBias(find(RELATIVE_BIAS));
    this.embeddingParameters = used.splice(0);
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = `encoder.layer.${layer}`;
      this.blocks.push(config.causal ? preNormBlock(config, prefix, parts) : postNormBlock(config, prefix, parts));
      this.blockParameters.push(used.splice(0));
    }
    this.lastNorm = config.causal ? parts.norm('encoder.LayerNorm') : undefined;
  }

  private parts(find: ParameterLookup): BlockBuilder {
    return {
      norm: (name) => new LayerNorm(find(`${name}.weight`), find(`${name}.bias`), this.config.layerNormEpsilon),
      slot: (name) => {
        const made = { name, weight: find(`${name}.weight`), bias: find(`${name}.bias`) };
        this.slots.set(name, made);
        return made;
      },
      branch: (name) => {
        const made = { name };
        this.branches.set(name, made);
        return made;
      },
    };
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
    const bias = this.config.causal ? causalBias(packing, pass.kernels) : this.relativeBias?.forward(packing, pass.kernels);
    const steps: (Backward | undefined)[] = [embedded.backward];
    let states = embedded.y;
    this.blocks.forEach((block, i) => {
      const next = block.forward(states, packing, i >= lowest ? pass : still, bias);
      states.release();
      states = next.y;
      steps.push(next.backward);
    });
    if (this.lastNorm) {
      const normal = this.lastNorm.forward(states, pass);
      states.release();
      states = normal.y;
      steps.push(normal.backward);
    }
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
    const learns = (block: Block, i: number): boolean => block.adapted || this.blockParameters[i].some((parameter) => parameter.trainable);
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
