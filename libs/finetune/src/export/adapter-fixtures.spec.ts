import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { ADAPTER_FIXTURES, adapterFixture, encoderFixture, type AdapterFixtureName, type EncoderFixtureName } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import type { Batch } from '../data/example';
import { encoderFamily, readSafetensors } from '../encoders';
import { readEncoderConfig, type EncoderDescription } from '../encoders/encoder-config';
import type { EncoderFamily } from '../encoders/families';
import { readEncoderWeights } from '../encoders/load-encoder';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import { Random } from '../random';
import { findTuner, type AttachedTuner } from '../tuners';
import type { EncoderSource } from './trained-head';
import { writeAdapter } from './write-adapter';

const NETWORKS = [
  ['hand-written passes', Network],
  ['plain tfjs operations', ReferenceNetwork],
] as const;
const HEAD: HeadShape = { task: 'classification', pooling: 'pooler', labels: ['a', 'b', 'c'] };

type Json = Record<string, unknown>;

interface Fixture {
  description: EncoderDescription;
  pretrained: Map<string, NamedTensor>;
  config: HeadConfig;
  /** What PEFT wrote. */
  file: Map<string, NamedTensor>;
  peftConfig: Json;
  expected: Map<string, NamedTensor>;
  batches: [name: string, batch: Batch][];
}

async function load(name: AdapterFixtureName): Promise<Fixture> {
  const encoder = encoderFixture(name.split('-').at(-1) as EncoderFixtureName);
  const description = await readEncoderConfig(encoder.directory);
  const folder = adapterFixture(name);
  const isBottleneck = name.startsWith('adapters');
  const peftConfig = isBottleneck ? {} : (JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8')) as Json);
  return {
    description,
    pretrained: (await readEncoderWeights(encoder.directory, description)).weights,
    config: headConfigSchema.parse({ tuner: tunerKeys(name, peftConfig) }),
    file: (await readSafetensors(join(folder, isBottleneck ? 'adapter.safetensors' : 'adapter_model.safetensors'))).tensors,
    peftConfig,
    expected: (await readSafetensors(join(folder, 'expected.safetensors'))).tensors,
    batches: encoder.cases.map((one) => {
      const lengths = new Int32Array(one.rows);
      one.attentionMask.forEach((real, place) => (lengths[Math.floor(place / one.tokens)] += real));
      return [one.name, { ...one, lengths, targets: new Float32Array(one.rows), indices: Int32Array.from(lengths.keys()) }];
    }),
  };
}

/** The keys of head.yaml that mean what a fixture's adapter is. */
function tunerKeys(name: AdapterFixtureName, config: Json): Json {
  if (name.startsWith('adapters')) return { name: 'adapters', reductionFactor: 8, activation: 'gelu' };
  if (name.startsWith('ia3')) return { name: 'ia3' };
  if (name.includes('tuning')) return { name: 'prompt-tuning', promptTokens: config.num_virtual_tokens };
  return { name: name.split('-')[0], rank: config.r, alpha: config.lora_alpha };
}

/** A tensor's name in memory by that in an adapter's file. */
function inMemory(name: string, family: EncoderFamily): string {
  if (name === 'prompt_embeddings') return 'prompt.embeddings';
  const bare = name.replace(/^base_model\.(model\.)?/, '');
  const bottleneck = /^(.+)\.adapters\.attune\.adapter_(down\.0|up)\.(weight|bias)$/.exec(bare);
  if (bottleneck) {
    const [, place, layer, kind] = bottleneck;
    return `${moduleInMemory(`${place}.dense`, family).replace(/\.dense$/, '')}.adapter.${layer.replace('.0', '')}.${kind}`;
  }
  const own = /^(.+)\.(lora_[AB]\.weight|lora_magnitude_vector|ia3_l)$/.exec(bare);
  return own ? `${moduleInMemory(own[1], family)}.${own[2]}` : (family.fromHuggingFaceName(bare) ?? bare);
}

function moduleInMemory(module: string, family: EncoderFamily): string {
  return (family.fromHuggingFaceName(`${module}.weight`) ?? '').replace(/\.weight$/, '');
}

function attach(fixture: Fixture, Kind: (typeof NETWORKS)[number][1]): { network: Network | ReferenceNetwork; attached: AttachedTuner } {
  const { description, pretrained, config, file } = fixture;
  const network = new Kind({
    config: description.config,
    heads: [HEAD],
    headOptions: { activation: encoderFamily(description.family.name).headActivation, dropout: 0, inputDropout: 0 },
    weights: pretrained,
    precision: 'fp32',
  });
  const attached = findTuner(config.tuner.name).attach(network, config, new Random(1));
  const learned = new Map([...file].map(([name, tensor]) => [inMemory(name, description.family), tensor]));
  for (const parameter of attached.parameters) {
    const tensor = learned.get(parameter.name) ?? (config.tuner.name === 'adapters' ? pretrained.get(parameter.name) : undefined);
    if (!tensor) throw new Error(`the file has no ${parameter.name}`);
    parameter.assign(tensor.values);
  }
  return { network, attached };
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(expected).reduce((largest, value, i) => Math.max(largest, Math.abs(value - actual[i])), 0);
}

describe.each(ADAPTER_FIXTURES)('the adapter %s', (name) => {
  let fixture: Fixture;
  let root: string;
  beforeAll(async () => {
    fixture = await load(name);
    root = mkdtempSync(join(tmpdir(), 'attune-adapter-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(NETWORKS)("has Python's logits in %s, on the encoder and merged", (_, Kind) => {
    const { network, attached } = attach(fixture, Kind);
    const merged =
      attached.additions === undefined &&
      new Kind({
        config: fixture.description.config,
        heads: [HEAD],
        headOptions: { activation: fixture.description.family.headActivation, dropout: 0, inputDropout: 0 },
        weights: attached.mergedWeights(),
        precision: 'fp32',
      });
    for (const [caseName, batch] of fixture.batches) {
      const { values } = fixture.expected.get(`${caseName}.logits`) ?? { values: [] };
      expect(largestDifference(network.logits(batch), values)).toBeLessThan(1e-4);
      if (merged) expect(largestDifference(merged.logits(batch), values)).toBeLessThan(1e-4);
    }
    if (merged) merged.dispose();
    attached.dispose();
    network.dispose();
  });

  it('is written as Python writes it: every tensor, and every key that says what it is', async () => {
    const { network, attached } = attach(fixture, Network);
    const { description, file, peftConfig } = fixture;
    const encoded = name.startsWith('p-tuning') ? { encoderSize: 12 } : {};
    const adapter = attached.adapter?.(description.family.name);
    const source = { ...description, id: name, hash: '', directory: '' } as EncoderSource;
    const weights = attached.mergedWeights();
    await writeAdapter(root, { encoder: source, adapter: adapter && { ...adapter, ...encoded }, weights }, HEAD);
    attached.dispose();
    network.dispose();
    const isBottleneck = name.startsWith('adapters');
    const writtenFile = isBottleneck ? 'adapter/adapter.safetensors' : 'adapter/adapter_model.safetensors';
    const { tensors: written } = await readSafetensors(join(root, writtenFile));
    expect([...written.keys()].sort()).toEqual([...file.keys()].sort());
    for (const [key, { shape, values }] of file) {
      expect({ key, shape: written.get(key)?.shape }).toEqual({ key, shape });
      expect(written.get(key)?.values).toEqual(values);
    }
    if (isBottleneck) return;
    const config = JSON.parse(readFileSync(join(root, 'adapter/adapter_config.json'), 'utf8')) as Json;
    for (const [key, value] of Object.entries(config)) {
      // PEFT adds the names of classifiers that the model does not have.
      const isThere = (one: string): boolean => key !== 'modules_to_save' || [...file.keys()].some((tensor) => tensor.includes(`.${one}.`));
      expect({ key, value: sorted(value, isThere) }).toEqual({ key, value: sorted(peftConfig[key], isThere) });
    }
  });
});

/** Names in any order: PEFT keeps some as sets, and adds the classifier a second time where it is named already. */
function sorted(value: unknown, isThere: (name: string) => boolean): unknown {
  if (!Array.isArray(value)) return value;
  return [...new Set(value as string[])].filter(isThere).sort();
}
