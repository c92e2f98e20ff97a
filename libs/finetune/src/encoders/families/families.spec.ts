import { encoderParameterShapes } from '@attune/artifact';
import { encoderFamilies, encoderFamily, familyOfConfig } from './index';

const bertLike = {
  vocab_size: 100,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  max_position_embeddings: 40,
};
const sources: Record<string, Record<string, unknown>> = {
  bert: { model_type: 'bert', ...bertLike },
  roberta: { model_type: 'roberta', ...bertLike },
  'xlm-roberta': { model_type: 'xlm-roberta', ...bertLike },
  distilbert: { model_type: 'distilbert', vocab_size: 100, dim: 32, n_layers: 2, n_heads: 4, hidden_dim: 64, max_position_embeddings: 40 },
  mpnet: { model_type: 'mpnet', ...bertLike },
  gpt2: { model_type: 'gpt2', vocab_size: 100, n_embd: 32, n_layer: 2, n_head: 4, n_inner: 64, n_positions: 40 },
};

const MASKED_LM = ['mlm.dense.weight', 'mlm.dense.bias', 'mlm.LayerNorm.weight', 'mlm.LayerNorm.bias', 'mlm.bias', 'mlm.decoder.weight'];
/** Keys that differ between the families. */
const HEADS: Record<string, string> = { distilbert: 'n_heads', gpt2: 'n_head' };
const ACTIVATION: Record<string, string> = { distilbert: 'activation', gpt2: 'activation_function' };

describe.each(encoderFamilies.map((family) => family.name))('%s', (name) => {
  const family = encoderFamily(name);
  const config = family.parseConfig(sources[name], 'config.json');

  it('is found by its model types', () => {
    for (const modelType of family.modelTypes) expect(familyOfConfig({ model_type: modelType }, 'config.json')).toBe(family);
  });

  it('renames every parameter there and back, and no two to one', () => {
    const names = [
      ...encoderParameterShapes(config).keys(),
      'head.output.weight',
      ...(config.causal ? [] : ['head.dense.weight', 'head.dense.bias', 'head.output.bias', ...MASKED_LM]),
    ];
    for (const layout of ['classification', 'base'] as const) {
      const renamed = names.map((canonical) => family.toHuggingFaceName(canonical, layout));
      expect(renamed.map((one) => family.fromHuggingFaceName(one))).toEqual(names);
      expect(new Set(renamed).size).toBe(names.length);
    }
  });

  it('takes no part of another head for its own', () => {
    const foreign = [
      'cls.seq_relationship.bias',
      'lm_head.decoder.bias',
      'cls.predictions.decoder.bias',
      'qa_outputs.bias',
      'classifier.extra.weight',
    ];
    expect(foreign.map((one) => family.fromHuggingFaceName(one))).toEqual(foreign.map(() => undefined));
  });

  it('reads the shape of its network', () => {
    expect(config).toMatchObject({ family: name, vocabularySize: 100, hiddenSize: 32, layers: 2, attentionHeads: 4, intermediateSize: 64 });
  });

  it('names the file and the key of a wrong value', () => {
    const heads = HEADS[name] ?? 'num_attention_heads';
    expect(() => family.parseConfig({ ...sources[name], [heads]: 0 }, 'some/config.json')).toThrow(`some/config.json: ${heads}:`);
    expect(() => family.parseConfig({ ...sources[name], [heads]: 5 }, 'some/config.json')).toThrow(
      'hidden size of 32 cannot be divided by 5',
    );
    expect(() => family.parseConfig({ ...sources[name], pad_token_id: 100 }, 'some/config.json')).toThrow('outside the vocabulary');
  });

  it('refuses an activation that it does not know, by name', () => {
    const key = ACTIVATION[name] ?? 'hidden_act';
    expect(() => family.parseConfig({ ...sources[name], [key]: 'swish' }, 'config.json')).toThrow(
      'the activation "swish" is not supported',
    );
  });
});

describe('the position of the first token', () => {
  it('is 0, and in the RoBERTa family after the padding id', () => {
    const offsets = encoderFamilies.map((family) => family.parseConfig(sources[family.name], 'config.json').positionOffset);
    expect(offsets).toEqual([0, 2, 2, 0, 2, 0]);
    expect(encoderFamily('roberta').parseConfig({ ...sources.roberta, pad_token_id: 4 }, 'config.json').positionOffset).toBe(5);
  });
});

describe("the head's dropout", () => {
  it("is the classifier's own, else that of the hidden states", () => {
    expect(encoderFamily('bert').headDropout({ hidden_dropout_prob: 0.3, classifier_dropout: null })).toBe(0.3);
    expect(encoderFamily('bert').headDropout({ hidden_dropout_prob: 0.3, classifier_dropout: 0 })).toBe(0);
    expect(encoderFamily('distilbert').headDropout({ seq_classif_dropout: 0.4 })).toBe(0.4);
    expect(encoderFamily('distilbert').headDropout({})).toBe(0.2);
  });
});

describe('the padding of GPT-2', () => {
  it('is the end of a text where there is none of its own', () => {
    const padding = (more: Record<string, unknown>): number =>
      encoderFamily('gpt2').parseConfig({ ...sources.gpt2, ...more }, 'config.json').padTokenId;
    expect([padding({ eos_token_id: 7 }), padding({ eos_token_id: 7, pad_token_id: 5 }), padding({})]).toEqual([7, 5, 99]);
  });
});

describe('old checkpoints', () => {
  it('hold the masks of GPT-2, which are no parameters', () => {
    expect(encoderFamily('gpt2').fromHuggingFaceName('h.0.attn.bias')).toBeUndefined();
    expect(encoderFamily('gpt2').fromHuggingFaceName('h.0.attn.c_attn.bias')).toBe('encoder.layer.0.attention.self.c_attn.bias');
  });

  it.each([{ scale_attn_by_inverse_layer_idx: true }, { scale_attn_weights: false }, { add_cross_attention: true }])(
    'of GPT-2 with another attention are refused: %j',
    (variant) => {
      const refuse = (): unknown => encoderFamily('gpt2').parseConfig({ ...sources.gpt2, ...variant }, 'config.json');
      expect(refuse).toThrow(Object.keys(variant)[0]);
    },
  );

  it("call a norm's weight gamma and its bias beta", () => {
    expect(encoderFamily('bert').fromHuggingFaceName('bert.embeddings.LayerNorm.gamma')).toBe('embeddings.LayerNorm.weight');
    expect(encoderFamily('roberta').fromHuggingFaceName('encoder.layer.1.output.LayerNorm.beta')).toBe(
      'encoder.layer.1.output.LayerNorm.bias',
    );
  });
});

describe('what is not supported', () => {
  it('is refused by name, with the list of what is', () => {
    const refuse = (): unknown => familyOfConfig({ model_type: 't5', architectures: ['T5ForConditionalGeneration'] }, 'some/config.json');
    expect(refuse).toThrow('some/config.json: the architecture "t5" (T5ForConditionalGeneration) is not supported');
    expect(refuse).toThrow(
      expect.objectContaining({
        code: 'unsupported-encoder',
        remedy: 'Supported are: bert, roberta, xlm-roberta, distilbert, mpnet, gpt2.',
      }),
    );
  });

  it('is a config.json that names no architecture', () => {
    expect(() => familyOfConfig({}, 'some/config.json')).toThrow('some/config.json: has no "model_type"');
  });

  it.each([
    [{ is_decoder: true }, 'decoders'],
    [{ add_cross_attention: true }, 'cross-attention'],
    [{ position_embedding_type: 'relative_key' }, 'position embedding "relative_key"'],
  ])('are variants of a family with another forward pass: %j', (variant, message) => {
    expect(() => encoderFamily('bert').parseConfig({ ...sources.bert, ...variant }, 'config.json')).toThrow(message);
  });

  it.each([{ relative_attention_num_buckets: 64 }, { pad_token_id: 0 }])(
    'are MPNets with other numbers than Python computes with: %j',
    (variant) => {
      expect(() => encoderFamily('mpnet').parseConfig({ ...sources.mpnet, ...variant }, 'config.json')).toThrow('32 buckets');
    },
  );
});
