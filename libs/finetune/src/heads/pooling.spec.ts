import type { HeadShape, Pooling } from '@attune/artifact';
import { encoderFixture } from '@attune/testing';
import type { Batch } from '../data/example';
import { readEncoderConfig } from '../encoders/encoder-config';
import { readEncoderWeights } from '../encoders/load-encoder';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import { secondTextTokens } from './read-tokens';

const LABELS = ['a', 'b', 'c'];

describe.each<Pooling>(['mean', 'pair', 'cls', 'embedding'])('a head on the pooling %s', (pooling) => {
  it.each(['padded', 'unpadded'])('has the same features, logits and gradients in both networks on the %s batch', async (name) => {
    const { directory, cases } = encoderFixture('bert');
    const description = await readEncoderConfig(directory);
    const { config } = description;
    const { weights } = await readEncoderWeights(directory, description);
    const values = Float32Array.from({ length: LABELS.length * config.hiddenSize }, (_, i) => Math.sin(i));
    weights.set('head.output.weight', { shape: [LABELS.length, config.hiddenSize], values });
    weights.set('head.output.bias', { shape: [LABELS.length], values: Float32Array.of(0.1, -0.2, 0.3) });
    const own = cases.find((one) => one.name === name) ?? cases[0];
    const lengths = new Int32Array(own.rows);
    own.attentionMask.forEach((real, place) => (lengths[Math.floor(place / own.tokens)] += real));
    const batch: Batch = { ...own, lengths, targets: new Float32Array(own.rows), indices: Int32Array.from(lengths.keys()) };
    const heads: HeadShape[] = [{ task: 'classification', pooling, labels: LABELS }];
    const headOptions = { activation: 'tanh' as const, dropout: 0, inputDropout: 0 };
    const weighing = Float32Array.from({ length: own.rows * LABELS.length }, (_, i) => Math.cos(i));

    const [fast, reference] = [Network, ReferenceNetwork].map((Kind) => {
      const network = new Kind({ config, heads, headOptions, weights, precision: 'fp32' });
      const features = network.features(batch);
      const pass = network.train(batch, undefined);
      pass.backward(weighing);
      const gradients = new Map([...network.parameters].map(([parameter, { gradient }]) => [parameter, gradient?.read()]));
      network.dispose();
      return { features, logits: pass.logits, gradients };
    });
    expect(largestDifference(fast.features, reference.features)).toBeLessThan(1e-4);
    expect(largestDifference(fast.logits, reference.logits)).toBeLessThan(1e-4);
    for (const [parameter, expected] of reference.gradients) {
      const close = largestDifference(fast.gradients.get(parameter) ?? [], expected ?? []) < 1e-4;
      expect({ parameter, close }).toEqual({ parameter, close: true });
    }
    if (pooling === 'embedding') {
      for (let row = 0; row < own.rows; row++) {
        expect(Math.hypot(...fast.features.subarray(row * config.hiddenSize, (row + 1) * config.hiddenSize))).toBeCloseTo(1, 5);
      }
    }
  });
});

describe('the tokens of a second text', () => {
  it('are its own and its separator, and all of a text alone; neither padding nor a soft prompt', () => {
    const batch: Batch = {
      rows: 3,
      tokens: 6,
      promptTokens: 1,
      inputIds: new Int32Array(18),
      attentionMask: Int32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0),
      tokenTypeIds: Int32Array.of(0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0),
      lengths: Int32Array.of(6, 3, 4),
      targets: new Float32Array(3),
      indices: Int32Array.of(0, 1, 2),
    };
    expect([...secondTextTokens(batch)]).toEqual([0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0]);
    const { tokenTypeIds: _, ...alone } = batch;
    expect([...secondTextTokens(alone)]).toEqual([0, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]);
  });
});

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}
