import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadEncoder, readSafetensors } from '../encoders';
import { TextGenerator } from '../generation';
import { loadBinding } from '../native/tensorflow';
import { pretrain, type PretrainingResult } from './pretrain';

const LINES = ['where is my parcel today', 'the refund was late again'];

describe('pretraining of a causal encoder', () => {
  let folder: string;
  let tensors: number;
  let result: PretrainingResult;

  const config = (keys: Record<string, unknown> = {}): HeadConfig =>
    headConfigSchema.parse({
      encoder: join(folder, 'gpt2'),
      training: { precision: 'fp32', hiddenDropout: 0, attentionDropout: 0 },
      optimizer: { schedule: 'constant' },
      pretraining: {
        data: join(folder, 'texts.txt'),
        validationShare: 0.2,
        batchSize: 8,
        epochs: 12,
        learningRate: 0.01,
        warmup: 0,
        evaluateEvery: 1_000,
        ...keys,
      },
    });
  const learn = (out: string, keys?: Record<string, unknown>): Promise<PretrainingResult> =>
    pretrain(config(keys), { out: join(folder, out), resume: false, signal: new AbortController().signal, onEvent: () => undefined });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-causal-'));
    createTinyEncoder(join(folder, 'gpt2'), { family: 'gpt2', maxLength: 24 });
    // A number before each, so that no line is one before it.
    const lines = Array.from({ length: 80 }, (_, place) => `${place} ${LINES[place % 2]}`);
    await writeFile(join(folder, 'texts.txt'), lines.join('\n'));
    tensors = loadBinding().getNumOfTensors();
    result = await learn('learned');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('foretells the next words of texts that were set aside, and leaves nothing behind', () => {
    expect(loadBinding().getNumOfTensors()).toBe(tensors);
    expect(result.perplexity.after).toBeLessThan(0.3 * result.perplexity.before);
  });

  it('writes on as the texts do', async () => {
    const generator = await TextGenerator.open(join(folder, 'learned'));
    const { continuation, ended } = await generator.generate('7 the refund', { tokens: 12, temperature: 0 });
    generator.dispose();
    expect({ continuation, ended }).toEqual({ continuation: ' was late again', ended: 'end of text' });
  });

  it("has the layout of Python's GPT2LMHeadModel, and is an encoder to train heads on", async () => {
    const directory = join(folder, 'learned');
    const { architectures } = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as { architectures: string[] };
    expect(architectures).toEqual(['GPT2LMHeadModel']);
    const { tensors: stored } = await readSafetensors(join(directory, 'model.safetensors'));
    const { weights, config: shape } = await loadEncoder(directory);
    const hidden = shape.hiddenSize;
    expect(stored.get('transformer.h.0.attn.c_attn.weight')?.shape).toEqual([hidden, 3 * hidden]);
    expect(weights.get('encoder.layer.0.attention.self.c_attn.weight')?.shape).toEqual([3 * hidden, hidden]);
    expect([...stored.keys()].every((name) => name.startsWith('transformer.'))).toBe(true);
    expect(await readFile(join(directory, 'README.md'), 'utf8')).toContain('AutoModelForCausalLM');
  });

  it('packs texts with the end of one between them', async () => {
    const packed = await learn('packed', { packing: true, epochs: 1 });
    expect(packed.rows).toBeLessThan(packed.texts);
    expect(packed.perplexity.after).toBeLessThan(packed.perplexity.before);
  });
});
