import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { headConfigSchema } from './head-config';
import { loadHeadConfig, type ConfigFlag } from './load-config';
import { configuredMatching, configuredTasks } from './tasks';

describe('loadHeadConfig', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-config-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function load(yaml: string | Buffer, flags: ConfigFlag[] = []) {
    const file = join(folder, 'head.yaml');
    await writeFile(file, yaml);
    return loadHeadConfig(file, flags);
  }

  async function faultOf(yaml: string | Buffer, flags: ConfigFlag[] = []): Promise<AttuneError> {
    const error: unknown = await load(yaml, flags).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof AttuneError)) throw new Error(`expected an AttuneError, got ${String(error)}`);
    return error;
  }

  it('gives the defaults without a file and for an empty one', async () => {
    const defaults = headConfigSchema.parse({});
    expect(await loadHeadConfig(undefined)).toEqual(defaults);
    expect(await load('')).toEqual(defaults);
    expect(await load('# nothing yet\ndata:\n  # train: rows.csv\ntraining:\n  epochs:\n')).toEqual(defaults);
  });

  it('reads paths relative to the file, and leaves absolute ones', async () => {
    await mkdir(join(folder, 'tiny'), { recursive: true });
    await writeFile(join(folder, 'tiny', 'config.json'), '{}');
    const config = await load('data: {train: rows.csv, test: /elsewhere/test.csv}\nencoder: tiny');
    expect(config.data.train).toBe(join(folder, 'rows.csv'));
    expect(config.data.test).toBe('/elsewhere/test.csv');
    expect(config.encoder).toBe(join(folder, 'tiny'));
    const several = await load('data: {train: [rows.csv, /elsewhere/more.csv]}');
    expect(several.data.train).toEqual([join(folder, 'rows.csv'), '/elsewhere/more.csv']);
    expect((await load('encoder: organisation/model')).encoder).toBe('organisation/model');
    expect((await load('encoder: ./absent')).encoder).toBe(join(folder, 'absent'));
  });

  it("reads a matching task's own paths relative to the file, and takes a task's name for its column", async () => {
    const config = await load(
      'tasks: [{name: intent}, {name: match, type: matching, data: {train: pairs.csv, test: /elsewhere/pairs.csv}}]',
    );
    expect(configuredTasks(config)).toMatchObject([{ name: 'intent', label: 'intent' }]);
    const data = { train: join(folder, 'pairs.csv'), test: '/elsewhere/pairs.csv', text: 'text', pair: 'pair' };
    expect(configuredMatching(config)).toMatchObject({ name: 'match', data, loss: { temperature: 0.05 } });
  });

  it('lets flags win over the file, and keeps their paths as given', async () => {
    const config = await load('data: {train: a.csv}\ntraining: {epochs: 3, batchSize: 8}', [
      { flag: '--epochs', path: 'training.epochs', value: 7 },
      { flag: '--data', path: 'data.train', value: 'b.csv' },
      { flag: '--seed', path: 'seed', value: 1 },
    ]);
    expect(config).toMatchObject({ seed: 1, data: { train: 'b.csv' }, training: { epochs: 7, batchSize: 8 } });
  });

  it("drops the keys of the file's tuner when a flag names another", async () => {
    const config = await load('tuner: {name: full, layerDecay: 0.9}', [{ flag: '--tuner', path: 'tuner.name', value: 'lora' }]);
    expect(config.tuner).toMatchObject({ name: 'lora', layerDecay: 1 });
    const withRank = 'tuner: {name: lora, rank: 4}';
    const named = (name: string) => load(withRank, [{ flag: '--tuner', path: 'tuner.name', value: name }]);
    expect((await named('dora')).tuner).toMatchObject({ name: 'dora', rank: 4 });
    expect((await named('adapters')).tuner).toMatchObject({ name: 'adapters', rank: 8 });
  });

  it.each([
    ['training:\n  epoch: 3', 'line 2: training.epoch: unknown key; did you mean training.epochs?'],
    ['trainning: {}', 'line 1: trainning: unknown key; did you mean training?'],
    ['epochs: 3', 'line 1: epochs: unknown key; did you mean training.epochs?'],
    ['optimizer:\n  learning_rate: 1', 'line 2: optimizer.learning_rate: unknown key; did you mean optimizer.learningRate?'],
    ['tasks:\n  - name: a\n    label: x\n    poolin: mean', 'line 4: tasks.0.poolin: unknown key; did you mean tasks.pooling?'],
    ['zzzzzzzzzzzzzzzz: 3', 'line 1: zzzzzzzzzzzzzzzz: unknown key'],
    ['__proto__: {seed: 3}', 'line 1: __proto__: unknown key'],
    ['constructor: 1', 'line 1: constructor: unknown key'],
  ])('names an unknown key and the nearest known one: %s', async (yaml, expected) => {
    const error = await faultOf(yaml);
    expect(error.code).toBe('bad-config');
    expect(error.exitStatus).toBe(2);
    expect(error.message.split('\n  ').slice(1)).toEqual([expected]);
  });

  it('lists every fault with its line', async () => {
    const error = await faultOf(
      'task: clasification\nseed: -1\ntraining:\n  epochs: many\n  evaluateEvery: sometimes\nloss:\n  classWeights: {a: -1}\n',
    );
    expect(error.message).toBe(
      [
        `${join(folder, 'head.yaml')} is not valid:`,
        'line 1: task: must be classification, multi-label, regression, matching, zero-shot or few-shot, not "clasification"; did you mean classification?',
        'line 2: seed: must be at least 0, not -1',
        'line 7: loss.classWeights.a: must be above 0, not -1',
        'line 4: training.epochs: must be a number, not "many"',
        'line 5: training.evaluateEvery: must be epoch or a number, not "sometimes"',
      ].join('\n  '),
    );
  });

  it('names the flag whose value is at fault', async () => {
    const error = await faultOf('seed: 3', [{ flag: '--epochs', path: 'training.epochs', value: -1 }]);
    expect(error.message).toContain('  --epochs: must be above 0, not -1');
  });

  it.each([
    ['task: regression\nloss: {name: focal}', 'loss.name: focal needs task classification, and task is regression'],
    ['loss: {name: mse}', 'loss.name: mse needs task regression, and task is classification'],
    ['task: multi-label\nloss: {labelSmoothing: 0.1}', 'loss.labelSmoothing: label smoothing needs task classification with cross-entropy'],
    ['tuner: {name: lora, layerDecay: 0.9}', 'tuner.layerDecay: works with tuner full, and tuner.name is lora'],
    ['tuner: {name: bitfit, frozenLayers: 2}', 'tuner.frozenLayers: works with tuner full, and tuner.name is bitfit'],
    ['tuner: {name: lora, reductionFactor: 4}', 'tuner.reductionFactor: works with tuner adapters, and tuner.name is lora'],
    ['tuner: {name: ia3, promptText: hello}', 'tuner.promptText: works with tuner prompt-tuning, and tuner.name is ia3'],
    ['tuner: {name: dora, targetModules: []}', 'tuner.targetModules: dora needs at least one module'],
    ['tuner: {name: prompt-tuning, promptText: " "}', 'tuner.promptText: a prompt that starts from a text needs one that says something'],
    ['tuner: {name: prompt-tuning, promptTokens: 0}', 'tuner.promptTokens: must be above 0, not 0'],
    ['tuner: {name: prompt-tuning, promptEncoderSize: 64}', 'tuner.promptEncoderSize: needs promptEncoder mlp, and there is none'],
    [
      'tuner: {name: prompt-tuning, promptText: hello, promptEncoder: mlp}',
      'tuner.promptText: an encoder makes the prompt from embeddings of its own: leave promptEncoder out',
    ],
    [
      'task: regression\ntraining: {metric: accuracy}',
      'training.metric: accuracy is no metric of a regression task; there are loss, spearman, mse',
    ],
    ['data: {split: grouped}', 'data.group: a grouped split needs the column of the group'],
    [
      'data: {validationShare: 0}',
      'data.validationShare: must be above 0 where data.validation names no file: training is judged on those rows',
    ],
    ['data: {label: text}', 'data.label: "text" is the column of a text, too'],
    ['tasks: [{name: a, label: x, loss: {name: mse}}]', 'tasks.0.loss.name: mse needs task regression, and task is classification'],
    ['tasks: [{name: a, label: x}, {name: A, label: y}]', 'tasks: two tasks are called "a"'],
    ['tasks: [{name: a, label: text}]', 'tasks.0.label: "text" is the column of a text, too'],
    ['tasks: [{name: a, label: x, ignoresPair: true}]', 'tasks.0.ignoresPair: there is no second text without data.pair'],
    ['tasks: [{name: a, label: x, metric: loss}]', 'tasks.0.metric: loss has no place in a mean; name it in training.metric'],
    ['task: regression\noutOfScope: {label: other}', 'outOfScope: needs task classification, and task is regression'],
    ['tasks: [{name: a}]\noutOfScope: {label: other}', 'outOfScope: each of the tasks has one of its own: write it there'],
    [
      'tasks: [{name: a, type: multi-label, outOfScope: {label: x}}]',
      'tasks.0.outOfScope: needs type classification, and type is multi-label',
    ],
    ['task: matching', 'data.pair: matching needs the column of the second text'],
    ['task: matching\ndata: {pair: answer}\nloss: {classWeights: balanced}', 'loss.classWeights: a matching task has no classes to weigh'],
    [
      'task: matching\ndata: {pair: answer}\ntuner: {name: head}',
      'tuner.name: a matching task tunes the encoder, and tuner head leaves it as it is',
    ],
    ['task: matching\ndata: {pair: answer}\ntraining: {metric: accuracy}', 'training.metric: accuracy is no metric of a matching task'],
    ['tasks: [{name: a, type: matching}]', 'tasks.0.data: a matching task needs rows of its own'],
    ['tasks: [{name: a, type: matching, label: x, data: {train: a.csv}}]', 'tasks.0.label: a matching task has no label'],
    ['tasks: [{name: a, type: matching, data: {train: a.csv, pair: text}}]', 'tasks.0.data: "text" is the column of both texts'],
    ['task: matching\ndata: {pair: answer}\nexport: {examples: 9}', 'export.examples: a matching task has no labelled rows'],
    ['export: {examples: 100}', 'export.examples: rows are found by their embeddings: set export.embedding'],
    ['tasks: [{name: a, type: matching, pooling: cls, data: {train: a.csv}}]', 'tasks.0.pooling: an embedding is the mean of the states'],
    ['tasks: [{name: a, data: {train: a.csv}}]', 'tasks.0.data: only a matching task has rows of its own'],
    [
      'tasks: [{name: a, type: matching, data: {train: a.csv}}, {name: b, type: matching, data: {train: b.csv}}]',
      'tasks: one matching task is enough: there is one embedding',
    ],
    ['tasks: [{name: a, label: x}]\nloss: {rDrop: 1}', 'loss: each of the tasks has a loss of its own: write it there'],
    ['tasks: [{name: a, label: x}]\ntraining: {metric: macroF1}', 'training.metric: write of which task: a.macroF1'],
    ['tasks: [{name: a, label: x}]\ntraining: {metric: b.macroF1}', 'training.metric: write of which task: a.macroF1'],
    ['training: {metric: a.macroF1}', 'training.metric: there is one task: write macroF1'],
    ['tasks: [{name: a, label: x}]\ntraining: {metric: a.spearman}', 'training.metric: spearman is no metric of a classification task'],
  ])('checks rules across keys: %s', async (yaml, expected) => {
    expect((await faultOf(yaml)).message).toContain(expected);
  });

  it('refuses what is not YAML, not a mapping, not text, or not there', async () => {
    expect((await faultOf('data: [1, 2')).message).toContain('is not valid YAML');
    expect((await faultOf('seed: 1\nseed: 2')).message).toMatch(/Map keys must be unique at line 2/);
    expect((await faultOf('- a\n- b')).message).toContain('must hold keys and values');
    expect((await faultOf(Buffer.from([0x73, 0x3a, 0x20, 0xff, 0xfe]))).message).toContain('is not UTF-8 text');
    await expect(loadHeadConfig(join(folder, 'absent.yaml'))).rejects.toMatchObject({ code: 'missing-file' });
    await expect(loadHeadConfig(folder)).rejects.toMatchObject({ code: 'bad-config' });
  });
});
