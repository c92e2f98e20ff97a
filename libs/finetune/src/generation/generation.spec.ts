import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedTensor } from '@attune/artifact';
import { createTinyEncoder, encoderFixture, type EncoderFixture, type EncoderFixtureCase } from '@attune/testing';
import type { Batch } from '../data/example';
import {
  loadEncoder,
  readEncoderConfig,
  readEncoderWeights,
  readSafetensors,
  type EncoderDescription,
  type LoadedEncoder,
} from '../encoders';
import { inMemory } from '../encoders/families';
import { loadBinding } from '../native/tensorflow';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import type { TrainableNetwork } from '../network/trainable-network';
import { nextWords } from '../pretraining/asked-words';
import { Random } from '../random';
import { chooseWord, wordProbabilities, type SamplingOptions } from './choose-word';
import { IncrementalDecoder } from './incremental-decoder';
import { TextGenerator } from './text-generator';

interface Generation {
  loss: number;
  greedy: { prompt: number[]; tokens: number[] }[];
  penalized: { prompt: number[]; tokens: number[] }[];
  scores: number[];
  before: number[];
  warped: { options: SamplingOptions; probabilities: number[] }[];
}

const NETWORKS = [
  ['hand-written passes', Network],
  ['plain tfjs operations', ReferenceNetwork],
] as const;
/** Fills the short rows of the fixture. */
const PADDING = 2;

let fixture: EncoderFixture;
let description: EncoderDescription;
let weights: Map<string, NamedTensor>;
let expected: Map<string, NamedTensor>;
let gradients: Map<string, NamedTensor>;
let generation: Generation;

beforeAll(async () => {
  fixture = encoderFixture('gpt2-lm');
  const { directory } = fixture;
  description = await readEncoderConfig(directory);
  ({ weights } = await readEncoderWeights(directory, description));
  expected = (await readSafetensors(join(directory, 'expected.safetensors'))).tensors;
  const file = (await readSafetensors(join(directory, 'gradients.safetensors'))).tensors;
  gradients = new Map([...file].map(([name, tensor]) => inMemory(description.family, name, tensor)));
  generation = JSON.parse(readFileSync(join(directory, 'generation.json'), 'utf8')) as Generation;
});

function toBatch(one: EncoderFixtureCase): Batch {
  const lengths = new Int32Array(one.rows);
  one.attentionMask.forEach((real, place) => (lengths[Math.floor(place / one.tokens)] += real));
  return { ...one, lengths, targets: new Float32Array(one.rows), indices: Int32Array.from(lengths.keys()) };
}

function build(
  Kind: (typeof NETWORKS)[number][1] = Network,
  encoder: Pick<LoadedEncoder, 'config' | 'weights'> = { ...description, weights },
): TrainableNetwork {
  const headOptions = { activation: 'tanh', dropout: 0, inputDropout: 0 } as const;
  return new Kind({ config: encoder.config, heads: [], headOptions, weights: encoder.weights, precision: 'fp32', causalLm: true });
}

function largestDifference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(actual.length).toBe(wanted.length);
  return Array.from(wanted).reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i])), 0);
}

describe.each(NETWORKS)('a causal language model in %s', (_, Kind) => {
  it("has Python's scores of the vocabulary, padded and not", () => {
    const network = build(Kind);
    for (const one of fixture.cases) {
      const scores = network.maskedLm(toBatch(one), one.places ?? new Int32Array(0));
      expect(largestDifference(scores, expected.get(`${one.name}.words`)?.values ?? [])).toBeLessThan(1e-4);
    }
    network.dispose();
  });

  it("has Python's loss, which ignores padding, and its gradients, however the rows are spread over micro-batches", () => {
    const network = build(Kind);
    const batch = toBatch(fixture.cases[0]);
    const rowsOf = (from: number, to: number): Batch => ({
      ...batch,
      rows: to - from,
      inputIds: batch.inputIds.slice(from * batch.tokens, to * batch.tokens),
      attentionMask: batch.attentionMask.slice(from * batch.tokens, to * batch.tokens),
      lengths: batch.lengths.slice(from, to),
    });
    const parts = [rowsOf(0, 1), rowsOf(1, batch.rows)].map((part) => ({ part, ...nextWords(part) }));
    const words = parts.reduce((sum, { places }) => sum + places.length, 0);
    expect(words).toBe(fixture.labels.length);
    let loss = 0;
    for (const { part, places, words: asked } of parts) {
      const { losses, backward } = network.trainMaskedLm(part, places, asked, undefined);
      backward(1 / words);
      for (const one of losses) loss += one / words;
    }
    expect(loss).toBeCloseTo(generation.loss, 4);
    const { places, words: all } = nextWords(batch);
    const losses = network.maskedLmLosses(batch, places, all);
    expect(losses.reduce((sum, one) => sum + one, 0) / words).toBeCloseTo(generation.loss, 4);
    for (const [parameter, { values }] of gradients) {
      const gradient = network.parameter(parameter).gradient?.read() ?? new Float32Array(0);
      expect({ parameter, close: largestDifference(gradient, values) < 1e-4 }).toEqual({ parameter, close: true });
    }
    network.dispose();
  });
});

describe('reading a text bit by bit', () => {
  it('gives the scores that the whole text gives, and leaves no tensors behind', () => {
    const before = loadBinding().getNumOfTensors();
    const unpadded = fixture.cases.find(({ name }) => name === 'unpadded');
    const decoder = new IncrementalDecoder(description.config, weights);
    const ids = [...(unpadded?.inputIds.subarray(0, 8) ?? [])];
    const { values } = expected.get('unpadded.words') ?? { values: new Float32Array(0) };
    const width = description.config.vocabularySize;
    const parts = [ids.slice(0, 3), ids.slice(3, 4), ids.slice(4, 7)];
    for (const part of parts) {
      const scores = decoder.next(part);
      expect(largestDifference(scores, values.subarray((decoder.tokens - 1) * width, decoder.tokens * width))).toBeLessThan(1e-4);
    }
    expect(() => decoder.next(new Array<number>(18).fill(3))).toThrow(RangeError);
    decoder.dispose();
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });
});

describe('the next word', () => {
  it("is drawn from Python's probabilities after temperature, top-k, top-p and penalty", () => {
    for (const { options, probabilities } of generation.warped) {
      const own = wordProbabilities(Float32Array.from(generation.scores), generation.before, options);
      expect({ options, close: largestDifference(own, probabilities) < 1e-5 }).toEqual({ options, close: true });
      expect([...own.keys()].filter((word) => own[word] > 0)).toEqual(probabilities.flatMap((value, word) => (value > 0 ? [word] : [])));
    }
  });

  it('comes as often as its probability says', () => {
    const scores = Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.2));
    const random = new Random(3);
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 4000; draw++) counts[chooseWord(scores, [], {}, random)]++;
    expect(counts.map((count) => Math.round(count / 400))).toEqual([5, 3, 2]);
  });
});

describe('a text generator', () => {
  let directory: string;
  let encoder: LoadedEncoder;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'attune-generation-'));
    createTinyEncoder(directory, { family: 'gpt2', maxLength: 24 });
    encoder = await loadEncoder(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it("writes what Python's generate writes without sampling", async () => {
    const generator = new TextGenerator({ ...encoder, ...description, weights });
    for (const { prompt, tokens } of generation.greedy) {
      expect((await generator.continueIds(prompt, { tokens: 12, temperature: 0 })).tokenIds).toEqual(tokens);
    }
    for (const { prompt, tokens } of generation.penalized) {
      expect((await generator.continueIds(prompt, { tokens: 12, temperature: 0, repetitionPenalty: 1.5 })).tokenIds).toEqual(tokens);
    }
    generator.dispose();
  });

  it('writes the same again with the same seed, another text with another, and no more than there is room for', async () => {
    const generator = await TextGenerator.open(directory);
    const write = async (seed: number): Promise<string> =>
      (await generator.generate('where is my parcel', { tokens: 9, seed, temperature: 3 })).continuation;
    expect(await write(1)).toBe(await write(1));
    expect(await write(1)).not.toBe(await write(2));
    expect((await generator.generate('', { tokens: 2 })).tokenIds.length).toBeLessThanOrEqual(2);
    const ids = [3, 4, 5];
    const { tokenIds, ended } = await generator.continueIds(ids, { tokens: 1000, seed: 4, topK: 400 });
    expect(tokenIds.length).toBeLessThanOrEqual(24 - ids.length);
    expect(['room', 'end of text']).toContain(ended);
    await expect(generator.generate('parcel '.repeat(30), { tokens: 1 })).rejects.toThrow('reads 24 at most');
    generator.dispose();
  });

  it('is no encoder that reads texts whole, and none that was trained to classify', async () => {
    const bert = mkdtempSync(join(tmpdir(), 'attune-bert-'));
    createTinyEncoder(bert);
    await expect(TextGenerator.open(bert)).rejects.toMatchObject({
      code: 'wrong-use',
      message: expect.stringContaining('bert encoder') as string,
    });
    rmSync(bert, { recursive: true });
  });
});

it('takes padding for no word', () => {
  expect(description.config.padTokenId).toBe(PADDING);
  expect(fixture.labels).not.toContain(PADDING);
});
