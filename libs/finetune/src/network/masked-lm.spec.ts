import { join } from 'node:path';
import { encoderFixture, type MaskedLmFixtureName } from '@attune/testing';
import type { NamedTensor } from '@attune/artifact';
import type { Batch } from '../data/example';
import { readSafetensors } from '../encoders';
import { readEncoderConfig, type EncoderDescription } from '../encoders/encoder-config';
import { readEncoderWeights } from '../encoders/load-encoder';
import { DropoutSource } from '../layers/dropout';
import { loadBinding } from '../native/tensorflow';
import { Network } from './network';
import { ReferenceNetwork } from './reference-network';
import type { TrainableNetwork } from './trainable-network';
import { VocabularySubset } from './vocabulary-subset';

const NETWORKS = [
  ['hand-written passes', Network],
  ['plain tfjs operations', ReferenceNetwork],
] as const;
const FAMILIES: MaskedLmFixtureName[] = ['bert-mlm', 'roberta-mlm', 'distilbert-mlm', 'mpnet-mlm'];

interface Fixture {
  description: EncoderDescription;
  weights: Map<string, NamedTensor>;
  batches: Map<string, { batch: Batch; places: Int32Array }>;
  words: number[];
  expected: Map<string, NamedTensor>;
  gradients: Map<string, NamedTensor>;
}

async function load(name: MaskedLmFixtureName): Promise<Fixture> {
  const { directory, cases, labels } = encoderFixture(name);
  const description = await readEncoderConfig(directory);
  const { weights } = await readEncoderWeights(directory, description, { maskedLm: true });
  const { tensors: expected } = await readSafetensors(join(directory, 'expected.safetensors'));
  const { tensors } = await readSafetensors(join(directory, 'gradients.safetensors'));
  const gradients = new Map([...tensors].map(([key, value]) => [description.family.fromHuggingFaceName(key) ?? key, value]));
  const batches = new Map(
    cases.map(({ name: key, places = new Int32Array(0), ...one }) => {
      const lengths = new Int32Array(one.rows);
      one.attentionMask.forEach((real, place) => (lengths[Math.floor(place / one.tokens)] += real));
      return [key, { batch: { ...one, lengths, targets: new Float32Array(one.rows), indices: Int32Array.from(lengths.keys()) }, places }];
    }),
  );
  return { description, weights, batches, words: labels, expected, gradients };
}

function build({ description, weights }: Fixture, Kind: (typeof NETWORKS)[number][1], vocabulary?: VocabularySubset): TrainableNetwork {
  const { config, family } = description;
  return new Kind({
    config,
    heads: [],
    headOptions: { activation: 'tanh', dropout: 0, inputDropout: 0 },
    weights,
    precision: 'fp32',
    maskedLm: family.maskedLmActivation ?? config.activation,
    ...(vocabulary && { vocabulary }),
  });
}

function caseOf({ batches }: Fixture, name: string): { batch: Batch; places: Int32Array } {
  const found = batches.get(name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}

describe.each(FAMILIES.flatMap((name) => NETWORKS.map(([kind, Kind]) => [name, kind, Kind] as const)))('%s in %s', (name, _, Kind) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await load(name);
  });

  it.each(['padded', 'unpadded'])("gives Python's scores of words at places of the %s batch", (key) => {
    const network = build(fixture, Kind);
    const { batch, places } = caseOf(fixture, key);
    const expected = fixture.expected.get(`${key}.words`)?.values ?? [];
    expect(largestDifference(network.maskedLm(batch, places), expected)).toBeLessThan(1e-4);
    network.dispose();
  });

  it("gives Python's losses of those words, with and without a way back", () => {
    const network = build(fixture, Kind);
    const { batch, places } = caseOf(fixture, 'padded');
    const words = Int32Array.from(fixture.words);
    const expected = fixture.expected.get('padded.losses')?.values ?? [];
    expect(largestDifference(network.maskedLmLosses(batch, places, words), expected)).toBeLessThan(1e-4);
    const pass = network.trainMaskedLm(batch, places, words, undefined);
    expect(largestDifference(pass.losses, expected)).toBeLessThan(1e-4);
    pass.backward(1);
    network.dispose();
  });

  it("gives Python's gradients of every parameter, the word table's from both its uses", () => {
    const network = build(fixture, Kind);
    const { batch, places } = caseOf(fixture, 'padded');
    network.trainMaskedLm(batch, places, Int32Array.from(fixture.words), undefined).backward(1 / places.length);
    expect(fixture.gradients.size).toBeGreaterThan(35);
    for (const [parameter, { values }] of fixture.gradients) {
      // A word table's row of padding learns from the decoder alone in Python.
      const actual = network.parameter(parameter).gradient?.read() ?? [];
      expect({ parameter, close: largestDifference(actual, values) < 1e-5 }).toEqual({ parameter, close: true });
    }
    network.dispose();
  });

  it('scores only the words of a subset where it is given one, and puts them back', () => {
    const { config } = fixture.description;
    const { batch, places } = caseOf(fixture, 'padded');
    const vocabulary = VocabularySubset.of(config.vocabularySize, [batch.inputIds], [config.padTokenId]);
    const [whole, subset] = [build(fixture, Kind), build(fixture, Kind, vocabulary)];
    const all = whole.maskedLm(batch, places);
    const some = subset.maskedLm(batch, places);
    const expected = Float32Array.from({ length: places.length * vocabulary.size }, (__, i) => {
      const place = Math.floor(i / vocabulary.size);
      return all[place * config.vocabularySize + vocabulary.ids[i % vocabulary.size]];
    });
    expect(largestDifference(some, expected)).toBeLessThan(1e-5);
    expect(subset.toHost()).toEqual(whole.toHost());
    whole.dispose();
    subset.dispose();
  });

  it('leaves no tensors behind, and refuses places without the head', () => {
    const before = loadBinding().getNumOfTensors();
    const network = build(fixture, Kind);
    const { batch, places } = caseOf(fixture, 'padded');
    network.maskedLm(batch, places);
    const source = new DropoutSource(network.kernels, 5);
    const words = Int32Array.from(fixture.words);
    network.maskedLmLosses(batch, places, words);
    network.trainMaskedLm(batch, places, words, source).backward(0.5);
    source.dispose();
    network.dispose();
    expect(loadBinding().getNumOfTensors()).toBe(before);
    const bare = new Kind({
      config: fixture.description.config,
      heads: [],
      headOptions: { activation: 'tanh', dropout: 0, inputDropout: 0 },
      weights: fixture.weights,
      precision: 'fp32',
    });
    expect(() => bare.maskedLm(batch, places)).toThrow(RangeError);
    bare.dispose();
  });
});

it('refuses an encoder without the head', async () => {
  const { directory } = encoderFixture('bert');
  const description = await readEncoderConfig(directory);
  await expect(readEncoderWeights(directory, description, { maskedLm: true })).rejects.toMatchObject({
    code: 'unsupported-encoder',
    message: expect.stringContaining('no masked-language-model head') as string,
  });
});
