import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encoderParameterShapes, readSafetensors, writeSafetensors, type NamedTensor } from '@attune/artifact';
import { createTinyEncoder, encoderFixture } from '@attune/testing';
import { longestInput, readEncoderConfig } from './encoder-config';
import { encoderFamily } from './families';
import { loadEncoder, readEncoderWeights } from './load-encoder';
import { resolveEncoder } from './resolve';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-encoder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const weightsOf = (directory: string): string => join(directory, 'model.safetensors');

/** Rewrites a folder's weights. */
async function change(directory: string, edit: (tensors: Map<string, NamedTensor>) => void): Promise<void> {
  const { tensors } = await readSafetensors(weightsOf(directory));
  edit(tensors);
  await writeSafetensors(weightsOf(directory), tensors);
}

function editConfig(directory: string, changes: Record<string, unknown>): void {
  const file = join(directory, 'config.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...changes }));
}

/** A folder with the tiny classifier of a fixture, without a tokenizer. */
function tinyClassifier(): string {
  const directory = join(folder, 'classifier');
  mkdirSync(directory, { recursive: true });
  for (const file of ['config.json', 'model.safetensors']) cpSync(join(encoderFixture('bert').directory, file), join(directory, file));
  return directory;
}

async function classifierWeights(directory: string): Promise<Map<string, NamedTensor>> {
  return (await readEncoderWeights(directory, await readEncoderConfig(directory))).weights;
}

describe('an encoder in a folder', () => {
  it.each(['bert', 'roberta', 'distilbert', 'mpnet', 'gpt2'] as const)('of the family %s is loaded whole', async (family) => {
    const { directory, weights } = createTinyEncoder(join(folder, family), { family });
    const encoder = await loadEncoder(directory);
    expect(encoder).toMatchObject({
      id: family,
      directory,
      config: { family, hiddenSize: 32, layers: 2 },
      sourceConfig: { model_type: family },
    });
    const names = [...encoderParameterShapes(encoder.config).keys()];
    expect([...encoder.weights.keys()]).toEqual(family === 'bert' ? [...names, 'head.dense.weight', 'head.dense.bias'] : names);
    expect(encoder.weights.get(names[0])?.values).toEqual(weights.get(encoderFamily(family).toHuggingFaceName(names[0], 'base'))?.values);
    expect(encoder.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(encoder.tokenizer.encode('where is my order', undefined, longestInput(encoder.config)).inputIds.length).toBeGreaterThan(3);
    expect(longestInput(encoder.config)).toBe(64);
  });

  it('is the same with and without the prefix of a checkpoint that has a head', async () => {
    const bare = await loadEncoder(createTinyEncoder(join(folder, 'bare'), { prefixed: false }).directory);
    const prefixed = await loadEncoder(createTinyEncoder(join(folder, 'prefixed'), { prefixed: true }).directory);
    expect(prefixed.weights).toEqual(bare.weights);
    expect(prefixed.hash).not.toBe(bare.hash);
  });

  it('with a classification head keeps its output layer', async () => {
    const weights = await classifierWeights(tinyClassifier());
    expect(weights.get('head.output.weight')?.shape).toEqual([3, 32]);
    expect(weights.get('head.output.bias')?.shape).toEqual([3]);
  });

  it("of another task gives its encoder, not that task's head", async () => {
    const directory = tinyClassifier();
    editConfig(directory, { architectures: ['BertForTokenClassification'] });
    const weights = await classifierWeights(directory);
    expect(weights.has('head.dense.weight')).toBe(true);
    expect(weights.has('head.output.weight')).toBe(false);
  });

  it('that this project exported with a Dense module keeps it as the output layer', async () => {
    const { directory } = createTinyEncoder(join(folder, 'exported'), { pooler: false });
    mkdirSync(join(directory, '2_Dense'));
    const modules = [
      { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
      { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
      { idx: 2, name: '2', path: '2_Dense', type: 'sentence_transformers.models.Dense' },
    ];
    writeFileSync(join(directory, 'modules.json'), JSON.stringify(modules));
    const dense = { shape: [2, 32], values: new Float32Array(64).fill(0.5) };
    const tensors = new Map([
      ['linear.weight', dense],
      ['linear.bias', { shape: [2], values: new Float32Array(2) }],
    ]);
    await writeSafetensors(join(directory, '2_Dense', 'model.safetensors'), tensors);
    expect((await loadEncoder(directory)).weights.has('head.output.weight')).toBe(false);
    writeFileSync(join(directory, 'attune.json'), '{}');
    expect((await loadEncoder(directory)).weights.get('head.output.weight')).toEqual(dense);
    writeFileSync(join(directory, 'modules.json'), JSON.stringify([{ ...modules[2], path: '../../2_Dense' }]));
    await expect(loadEncoder(directory)).rejects.toThrow("leaves the model's folder");
  });

  it('in several files is read through their index', async () => {
    const { directory } = createTinyEncoder(join(folder, 'sharded'));
    const whole = await loadEncoder(directory);
    const { tensors } = await readSafetensors(weightsOf(directory));
    const names = [...tensors.keys()];
    const map: Record<string, string> = {};
    for (const [index, half] of [names.slice(0, 10), names.slice(10)].entries()) {
      const shard = `model-0000${index + 1}-of-00002.safetensors`;
      for (const name of half) map[name] = shard;
      await writeSafetensors(join(directory, shard), new Map([...tensors].filter(([name]) => half.includes(name))));
    }
    rmSync(weightsOf(directory));
    const index = join(directory, 'model.safetensors.index.json');
    writeFileSync(index, JSON.stringify({ metadata: {}, weight_map: map }));
    expect((await loadEncoder(directory)).weights).toEqual(whole.weights);
    writeFileSync(index, JSON.stringify({ weight_map: { ...map, [names[0]]: '../elsewhere.safetensors' } }));
    await expect(loadEncoder(directory)).rejects.toThrow('names "../elsewhere.safetensors", which is not a file beside it');
  });
});

describe('a folder that is wrong', () => {
  const classifier = async (edit: (directory: string) => void | Promise<void>): Promise<unknown> => {
    const directory = tinyClassifier();
    await edit(directory);
    return loadEncoder(directory);
  };

  it.each<[string, (directory: string) => void | Promise<void>, string, string]>([
    ['has no config.json', (at) => rmSync(join(at, 'config.json')), 'missing-file', 'config.json: cannot be read'],
    [
      'has a config.json that is no JSON',
      (at) => writeFileSync(join(at, 'config.json'), '{'),
      'bad-model',
      'config.json: is not valid JSON',
    ],
    [
      'has a config.json that is a list',
      (at) => writeFileSync(join(at, 'config.json'), '[]'),
      'bad-model',
      'config.json: is not a JSON object',
    ],
    [
      'is of another architecture',
      (at) => editConfig(at, { model_type: 't5' }),
      'unsupported-encoder',
      'the architecture "t5" (BertForSequenceClassification) is not supported',
    ],
    ['has no weights', (at) => rmSync(weightsOf(at)), 'missing-file', 'there is no model.safetensors'],
    [
      'has pickled weights only',
      (at): void => {
        rmSync(weightsOf(at));
        writeFileSync(join(at, 'pytorch_model.bin'), 'x');
      },
      'bad-model',
      'only as pytorch_model.bin, a pickle, which can execute code and is not read',
    ],
    ['has truncated weights', (at) => truncateSync(weightsOf(at), 9000), 'bad-model', 'model.safetensors: is truncated'],
    [
      'lacks a parameter',
      (at) => change(at, (tensors) => void tensors.delete('bert.encoder.layer.1.output.dense.bias')),
      'bad-model',
      'lack 1 of the encoder\'s 37 parameters, such as "encoder.layer.1.output.dense.bias"',
    ],
    [
      'has fewer layers than its config.json',
      (at) => editConfig(at, { num_hidden_layers: 3 }),
      'bad-model',
      'lack 16 of the encoder\'s 53 parameters, such as "encoder.layer.2.attention.self.query.weight"',
    ],
    [
      'has a parameter of another shape',
      (at) => editConfig(at, { vocab_size: 61 }),
      'bad-model',
      '"embeddings.word_embeddings.weight" is [60, 32], config.json asks for [61, 32]',
    ],
    [
      'has a head that does not fit',
      (at) => change(at, (tensors) => void tensors.set('classifier.bias', { shape: [2], values: new Float32Array(2) })),
      'bad-model',
      '"head.output.weight" is [3, 32], config.json asks for [2, 32]',
    ],
    [
      'holds a parameter under two names',
      (at) => change(at, (tensors) => void tensors.set('pooler.dense.bias', { shape: [32], values: new Float32Array(32) })),
      'bad-model',
      'holds the parameter "head.dense.bias" twice',
    ],
  ])('because it %s says so', async (_fault, edit, code, message) => {
    await expect(classifier(edit)).rejects.toMatchObject({ name: 'AttuneError', code, message: expect.stringContaining(message) });
    await expect(loadEncoder(join(folder, 'classifier'))).rejects.toThrow(join(folder, 'classifier'));
  });
});

describe('the name of an encoder', () => {
  it("is found among the set-up's encoders", async () => {
    const directory = join(folder, 'encoders', 'some-encoder');
    mkdirSync(directory, { recursive: true });
    await expect(resolveEncoder('some-encoder', { cache: folder })).resolves.toEqual({ id: 'some-encoder', directory });
    await expect(resolveEncoder('other', { cache: folder })).rejects.toMatchObject({
      code: 'setup-missing',
      message: 'encoder "other" is not installed (installed: some-encoder)',
    });
  });

  it('is refused where the set-up has not run', async () => {
    await expect(resolveEncoder('other', { cache: join(folder, 'none') })).rejects.toMatchObject({
      message: 'encoder "other" is not installed (none is)',
      remedy: expect.stringContaining('npx attune setup'),
    });
  });

  it.each(['./none', '/none/there', 'a/b/c', 'a\\b'])('that looks like a folder but is none is refused: %s', async (reference) => {
    await expect(resolveEncoder(reference, { cache: folder })).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('there is no such folder'),
    });
  });

  it('cannot be empty', async () => {
    await expect(resolveEncoder('', { cache: folder })).rejects.toMatchObject({ code: 'bad-config' });
  });
});
