import { encoderParameterShapes, type ClozePattern, type HeadShape, type NamedTensor } from '@attune/artifact';
import { buildEncoderModel, OnnxSession } from '@attune/onnx';
import { encoderFixture, type MaskedLmFixtureName } from '@attune/testing';
import type { Batch } from '../data/example';
import { readEncoderConfig, type EncoderDescription } from '../encoders/encoder-config';
import { readEncoderWeights } from '../encoders/load-encoder';
import { loadBinding } from '../native/tensorflow';
import { Network } from './network';
import { ReferenceNetwork } from './reference-network';
import type { TrainableNetwork } from './trainable-network';

const FAMILIES: MaskedLmFixtureName[] = ['bert-mlm', 'roberta-mlm', 'distilbert-mlm', 'mpnet-mlm'];
const GAP = 7;
/** A gap behind the text, one before it, and one with words on both sides. */
const PATTERNS: ClozePattern[] = [
  { before: [], after: [30, GAP], gap: 1 },
  { before: [GAP, 31, 32], after: [], gap: 0 },
  { before: [33], after: [34, 35, GAP, 36], gap: 3 },
];
/** The words of three labels. */
const WORDS = [[10], [11, 12], [13]];

interface Fixture {
  description: EncoderDescription;
  weights: Map<string, NamedTensor>;
  head: HeadShape;
  batch: Batch;
}

async function load(name: MaskedLmFixtureName): Promise<Fixture> {
  const { directory, cases } = encoderFixture(name);
  const description = await readEncoderConfig(directory);
  const { weights } = await readEncoderWeights(directory, description, { maskedLm: true });
  const { config, family } = description;
  const take = (from: string, to: string): void => void weights.set(to, weights.get(from) ?? { shape: [], values: new Float32Array(0) });
  for (const part of ['dense.weight', 'dense.bias', 'LayerNorm.weight', 'LayerNorm.bias']) take(`mlm.${part}`, `head.${part}`);
  const mean = (table: string, width: number): Float32Array =>
    Float32Array.from({ length: WORDS.length * width }, (_, i) => {
      const own = WORDS[Math.floor(i / width)];
      return own.reduce((sum, word) => sum + (weights.get(table)?.values[word * width + (i % width)] ?? NaN), 0) / own.length;
    });
  const { hiddenSize } = config;
  weights.set('head.output.weight', { shape: [3, hiddenSize], values: mean('embeddings.word_embeddings.weight', hiddenSize) });
  weights.set('head.output.bias', { shape: [3], values: mean('mlm.bias', 1) });
  const reading = { patterns: PATTERNS, activation: family.maskedLmActivation ?? config.activation };
  const { inputIds, attentionMask, rows, tokens } = cases[0];
  const lengths = new Int32Array(rows);
  attentionMask.forEach((real, place) => (lengths[Math.floor(place / tokens)] += real));
  const types = config.tokenTypes > 1 ? { tokenTypeIds: new Int32Array(rows * tokens) } : {};
  const batch = {
    rows,
    tokens,
    inputIds,
    attentionMask,
    ...types,
    lengths,
    targets: new Float32Array(rows),
    indices: Int32Array.from(lengths.keys()),
  };
  return { description, weights, head: { task: 'classification', pooling: 'cloze', labels: ['a', 'b', 'c'], cloze: reading }, batch };
}

function build(
  { description, weights, head }: Fixture,
  Kind: typeof Network | typeof ReferenceNetwork,
  withWords = true,
): TrainableNetwork {
  return new Kind({
    config: description.config,
    heads: [head],
    headOptions: { activation: 'tanh', dropout: 0, inputDropout: 0 },
    weights,
    precision: 'fp32',
    ...(withWords && { maskedLm: head.cloze?.activation }),
  });
}

/** From the scores of all words, which a spec of their own holds to Python's: each text in each sentence by itself. */
function expectedLogits(network: TrainableNetwork, { batch, description }: Fixture): number[] {
  const { vocabularySize } = description.config;
  const logits: number[] = [];
  for (let row = 0; row < batch.rows; row++) {
    const text = [...batch.inputIds.subarray(row * batch.tokens, row * batch.tokens + batch.lengths[row])];
    const sums = WORDS.map(() => 0);
    for (const { before, after } of PATTERNS) {
      const ids = [text[0], ...before, ...text.slice(1, -1), ...after, text[text.length - 1]];
      const one: Batch = {
        rows: 1,
        tokens: ids.length,
        inputIds: Int32Array.from(ids),
        attentionMask: new Int32Array(ids.length).fill(1),
        ...(batch.tokenTypeIds && { tokenTypeIds: new Int32Array(ids.length) }),
        lengths: Int32Array.of(ids.length),
        targets: new Float32Array(1),
        indices: Int32Array.of(0),
      };
      // The texts of the fixture may have the gap's token, too.
      const place = before.includes(GAP) ? 1 + before.indexOf(GAP) : before.length + text.length - 1 + after.indexOf(GAP);
      const scores = network.maskedLm(one, Int32Array.of(place));
      expect(scores).toHaveLength(vocabularySize);
      WORDS.forEach((own, label) => (sums[label] += own.reduce((sum, word) => sum + scores[word], 0) / own.length / PATTERNS.length));
    }
    logits.push(...sums);
  }
  return logits;
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}

describe.each(FAMILIES)('a head that reads a gap, on %s', (name) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await load(name);
  });

  it('scores words in the gap of each sentence, the same in both networks and in ONNX', async () => {
    const before = loadBinding().getNumOfTensors();
    const [fast, reference] = [build(fixture, Network), build(fixture, ReferenceNetwork)];
    const expected = expectedLogits(fast, fixture);
    expect(largestDifference(fast.logits(fixture.batch), expected)).toBeLessThan(1e-4);
    expect(largestDifference(reference.logits(fixture.batch), expected)).toBeLessThan(1e-4);
    expect(largestDifference(fast.features(fixture.batch), reference.features(fixture.batch))).toBeLessThan(1e-4);
    fast.dispose();
    reference.dispose();
    expect(loadBinding().getNumOfTensors()).toBe(before);

    const { config } = fixture.description;
    const weights = new Map([...fixture.weights].filter(([key]) => encoderParameterShapes(config).has(key) || key.startsWith('head.')));
    const model = buildEncoderModel({ config, weights, head: { shape: fixture.head, activation: 'tanh' }, outputs: ['logits'] });
    const session = await OnnxSession.open(model);
    const { logits } = await session.run(fixture.batch);
    await session.close();
    expect(logits.dims).toEqual([fixture.batch.rows, 3]);
    expect(largestDifference(logits.values, expected)).toBeLessThan(1e-4);
  });

  it('learns with the same gradients in both networks', () => {
    const weighing = Float32Array.from({ length: fixture.batch.rows * 3 }, (_, i) => Math.cos(i));
    const [fast, reference] = [Network, ReferenceNetwork].map((Kind) => {
      const network = build(fixture, Kind, false);
      const pass = network.train(fixture.batch, undefined);
      pass.backward(weighing);
      const gradients = new Map([...network.parameters].map(([parameter, { gradient }]) => [parameter, gradient?.read()]));
      network.dispose();
      return { logits: pass.logits, gradients };
    });
    expect(largestDifference(fast.logits, reference.logits)).toBeLessThan(1e-4);
    for (const parameter of ['head.dense.weight', 'head.LayerNorm.bias', 'head.output.weight', 'embeddings.word_embeddings.weight']) {
      expect(Math.max(...(fast.gradients.get(parameter) ?? []))).toBeGreaterThan(0);
    }
    for (const [parameter, values] of reference.gradients) {
      const own = fast.gradients.get(parameter);
      if (own === undefined) expect(values?.some((value) => value !== 0) ?? false).toBe(false);
      else expect({ parameter, close: largestDifference(own, values ?? []) < 1e-4 }).toEqual({ parameter, close: true });
    }
  });
});
