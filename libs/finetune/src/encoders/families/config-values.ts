import { AttuneError, type EncoderConfig } from '@attune/artifact';
import { z } from 'zod';
import type { SourceConfig } from './family';

/** Activations by the names that config.json may use; some are the same function under another name. */
const ACTIVATIONS: Record<string, EncoderConfig['activation']> = {
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
};

export const size = z.number().int().positive();
/** Layers; the bound keeps a damaged file from asking for endless names. */
export const layerCount = size.max(1000);
export const rate = z.number().min(0).lt(1);

/** Reads a config.json by a family's schema. */
export function parseSource<T>(schema: z.ZodType<T>, source: SourceConfig, file: string): T {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new AttuneError('bad-model', `${file}: ${problems}`, {
    remedy: "Use the config.json that was published with the encoder's weights.",
  });
}

export function parseActivation(name: string, file: string): EncoderConfig['activation'] {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  throw new AttuneError('unsupported-encoder', `${file}: the activation "${name}" is not supported`, {
    remedy: `Use an encoder with one of ${Object.keys(ACTIVATIONS).join(', ')}.`,
  });
}

/** Refuses variants whose forward pass is another one: decoders, cross-attention, relative positions. */
export function refuseVariants(source: SourceConfig, file: string): void {
  const refuse = (what: string): never => {
    throw new AttuneError('unsupported-encoder', `${file}: ${what} not supported`, {
      remedy: 'Use an encoder with absolute positions and bidirectional attention.',
    });
  };
  if (source.is_decoder === true) refuse('decoders ("is_decoder": true) are');
  if (source.add_cross_attention === true) refuse('cross-attention ("add_cross_attention": true) is');
  const positions = source.position_embedding_type ?? 'absolute';
  if (positions !== 'absolute') refuse(`the position embedding "${String(positions)}" is`);
}

/** Checks what rules across fields demand. */
export function checkConfig(config: EncoderConfig, file: string): EncoderConfig {
  if (config.hiddenSize % config.attentionHeads !== 0) {
    throw new AttuneError(
      'bad-model',
      `${file}: a hidden size of ${config.hiddenSize} cannot be divided by ${config.attentionHeads} attention heads`,
    );
  }
  if (config.padTokenId >= config.vocabularySize) {
    throw new AttuneError('bad-model', `${file}: pad_token_id ${config.padTokenId} is outside the vocabulary of ${config.vocabularySize}`);
  }
  if (config.maxPositions <= config.positionOffset) {
    throw new AttuneError('bad-model', `${file}: ${config.maxPositions} positions leave no room for a token`);
  }
  return config;
}
