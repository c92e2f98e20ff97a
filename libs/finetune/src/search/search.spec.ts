import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { headConfigSchema } from '../config/head-config';
import { loadHeadConfig } from '../config/load-config';
import { searchKeys, type SearchConfig } from '../config/search-config';
import { Random } from '../random';
import { configurationWith } from './best-configuration';
import { ParzenEstimator } from './parzen-estimator';
import { sampleAtRandom } from './random-sampler';
import { searchDimensions, type Parameters } from './space';
import { Study } from './study';
import { readStudy, studyExists, studyIdentity, writeStudy } from './study-file';
import { renderStudy } from './study-plot';
import type { Trial } from './trial';

const SPACE = {
  'optimizer.learningRate': { min: 1e-5, max: 1e-3, scale: 'log' as const },
  'training.batchSize': { min: 8, max: 64, integer: true },
  'tuner.name': ['full', 'lora'],
};
const searchOf = (given: object): SearchConfig => searchKeys.parse({ space: SPACE, ...given });

describe('a search space', () => {
  it('draws within its bounds, whole numbers where they are asked for, both ends included', () => {
    const dimensions = searchDimensions(searchOf({}));
    const random = new Random(1);
    const drawn = Array.from({ length: 2000 }, () => sampleAtRandom(dimensions, random));
    const rates = drawn.map((one) => Number(one['optimizer.learningRate']));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(1e-5);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1e-3);
    // By logarithm, as many below 1e-4 as above.
    expect(rates.filter((rate) => rate < 1e-4).length / rates.length).toBeCloseTo(0.5, 1);
    const sizes = new Set(drawn.map((one) => one['training.batchSize']));
    expect(sizes.size).toBe(57);
    expect([Math.min(...[...sizes].map(Number)), Math.max(...[...sizes].map(Number))]).toEqual([8, 64]);
    expect(new Set(drawn.map((one) => one['tuner.name']))).toEqual(new Set(['full', 'lora']));
  });

  it.each([
    [{}, /holds no key/],
    [{ 'optimizer.learnRate': { min: 1, max: 2 } }, /no such key; did you mean optimizer.learningRate\?/],
    [{ 'optimizer.learningRate': { min: 2, max: 1 } }, /min must be below max/],
    [{ 'optimizer.learningRate': { min: 0, max: 1, scale: 'log' } }, /begins above 0/],
    [{ 'training.batchSize': { min: 0.5, max: 8, integer: true } }, /must be whole/],
    [{ 'tuner.name': ['full', 'full'] }, /names a value twice/],
    [{ 'data.validationShare': [0.1, 0.2] }, /must learn from, and be judged by, the same/],
    [{ seed: [1, 2] }, /must learn from, and be judged by, the same/],
  ])('refuses %j', (space, message) => {
    expect(() => searchDimensions(searchKeys.parse({ space }))).toThrow(message);
  });
});

describe('a Parzen estimator', () => {
  it('is a density: it integrates to 1 between its bounds', () => {
    const density = new ParzenEstimator([0.1, 0.12, 0.9], 0, 1);
    const steps = 10_000;
    const sum = Array.from({ length: steps }, (_, i) => Math.exp(density.logDensity((i + 0.5) / steps))).reduce((a, b) => a + b, 0);
    expect(sum / steps).toBeCloseTo(1, 4);
    expect(density.logDensity(0.11)).toBeGreaterThan(density.logDensity(0.5));
  });

  it('draws as often as it says', () => {
    const density = new ParzenEstimator([0.2], 0, 1);
    const random = new Random(3);
    const drawn = Array.from({ length: 20_000 }, () => density.sample(random));
    const below = drawn.filter((value) => value < 0.3).length / drawn.length;
    const steps = 3_000;
    const mass = Array.from({ length: steps }, (_, i) => Math.exp(density.logDensity((0.3 * (i + 0.5)) / steps))).reduce(
      (a, b) => a + b,
      0,
    );
    expect(below).toBeCloseTo((0.3 * mass) / steps, 2);
  });
});

/** Runs a study on a function instead of a training. */
function runStudy(search: SearchConfig, seed: number, objective: (parameters: Parameters) => number): Study {
  const study = new Study({ dimensions: searchDimensions(search), search, direction: 'higher', seed });
  for (let trial = study.next(); trial; trial = study.next()) {
    study.complete(trial, { value: objective(trial.parameters), seconds: 1, trainableParameters: 1 });
  }
  return study;
}

/** A hill: best at a rate of 2e-4, and with lora. */
function hill(parameters: Parameters): number {
  const rate = Number(parameters['optimizer.learningRate'] ?? 1e-5);
  return -((Math.log10(rate) - Math.log10(2e-4)) ** 2) - (parameters['tuner.name'] === 'lora' ? 0 : 0.5);
}

describe('a study', () => {
  it('begins with the configuration as it stands, and gives the same trials for the same seed', () => {
    const search = searchOf({ trials: 12 });
    const study = runStudy(search, 7, hill);
    expect(study.trials).toHaveLength(12);
    expect(study.trials[0].parameters).toEqual({});
    expect(runStudy(search, 7, hill).trials).toEqual(study.trials);
    expect(runStudy(search, 8, hill).trials).not.toEqual(study.trials);
  });

  it('goes on as it would have gone on', () => {
    const search = searchOf({ trials: 14 });
    const whole = runStudy(search, 5, hill);
    const dimensions = searchDimensions(search);
    const resumed = new Study({ dimensions, search, direction: 'higher', seed: 5 }, structuredClone(whole.trials.slice(0, 9)));
    for (let trial = resumed.next(); trial; trial = resumed.next()) {
      resumed.complete(trial, { value: hill(trial.parameters), seconds: 1, trainableParameters: 1 });
    }
    expect(resumed.trials).toEqual(whole.trials);
  });

  it('comes nearer to the best than random search, in the mean of 20 seeds', () => {
    const mean = (sampler: 'tpe' | 'random'): number => {
      const values = Array.from({ length: 20 }, (_, seed) => runStudy(searchOf({ trials: 25, sampler }), seed, hill).best()?.value ?? NaN);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(mean('tpe')).toBeGreaterThan(mean('random'));
  });

  it('passes over failed trials, and has no best where all failed', () => {
    const search = searchOf({ trials: 10 });
    const study = new Study({ dimensions: searchDimensions(search), search, direction: 'lower', seed: 1 });
    for (let trial = study.next(); trial; trial = study.next()) study.fail(trial, 'no memory');
    expect(study.trials).toHaveLength(10);
    expect(study.best()).toBeUndefined();
  });
});

describe('asynchronous successive halving', () => {
  const search = searchOf({ trials: 10, reduction: 3, minEpochs: 1 });
  const study = (): Study => new Study({ dimensions: searchDimensions(search), search, direction: 'higher', seed: 1 });
  const started = (own: Study): Trial => own.next() ?? fail('there are no more trials');

  it('stops a trial below the best third of those that came to its rung, and never the configuration as it stands', () => {
    const own = study();
    const base = started(own);
    expect(own.report(base, 1, 0.1)).toBe(false);
    const [first, second, third] = [started(own), started(own), started(own)];
    expect(own.report(first, 1, 0.7)).toBe(false);
    expect(own.report(second, 1, 0.6)).toBe(true);
    expect(own.report(third, 1, 0.8)).toBe(false);
    // Between rungs nothing is judged; at the next one it is the first.
    expect(own.report(first, 2, 0.2)).toBe(false);
    expect(own.report(first, 3, 0.3)).toBe(false);
    expect(own.report(third, 3, 0.29)).toBe(true);
  });

  it('stops a trial whose measure is no number', () => {
    const own = study();
    own.report(started(own), 1, 0.5);
    expect(own.report(started(own), 1, NaN)).toBe(true);
  });
});

describe('the file of a study', () => {
  let folder: string;
  const config = headConfigSchema.parse({ search: { space: SPACE } });
  const identity = studyIdentity(config);
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'attune-study-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('holds the trials', async () => {
    expect(await studyExists(folder)).toBe(false);
    const { trials } = runStudy(searchOf({ trials: 4 }), 1, hill);
    await writeStudy(folder, identity, trials);
    expect(await studyExists(folder)).toBe(true);
    expect(await readStudy(folder, identity)).toEqual(trials);
  });

  it('is another for another space, and the same for more trials', () => {
    expect(studyIdentity(headConfigSchema.parse({ search: { space: SPACE, trials: 90 } }))).toBe(identity);
    expect(studyIdentity(headConfigSchema.parse({ search: { space: { 'tuner.name': ['full'] } } }))).not.toBe(identity);
    expect(studyIdentity(headConfigSchema.parse({ seed: 1, search: { space: SPACE } }))).not.toBe(identity);
  });

  it.each([
    [{ schemaVersion: 2, identity, trials: [] }, /schema version 2, and this program reads 1/],
    [{ schemaVersion: 1, identity: 'other', trials: [] }, /another configuration/],
    [{ schemaVersion: 1, identity, trials: [{ number: 'one' }] }, /trials\.0\.number/],
    [[], /is no study/],
  ])('refuses %j', async (content, message) => {
    await writeFile(join(folder, 'study.json'), JSON.stringify(content));
    await expect(readStudy(folder, identity)).rejects.toThrow(message);
  });

  it('refuses what is no JSON', async () => {
    await writeFile(join(folder, 'study.json'), '{"schemaVersion":1,');
    await expect(readStudy(folder, identity)).rejects.toThrow(/is no study/);
  });
});

describe('the best configuration', () => {
  it('is the file with the values of the trial, its comments, and paths to the same files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'attune-best-'));
    try {
      const file = join(folder, 'head.yaml');
      await writeFile(
        file,
        [
          '# Ours.',
          'data: {train: rows/train.csv}',
          'optimizer:',
          '  learningRate: 1.0e-4 # from a paper',
          'search:',
          '  space: {tuner.name: [full]}',
        ].join('\n'),
      );
      const text = await configurationWith(file, { 'optimizer.learningRate': 3e-4, 'tuner.name': 'lora' }, join(folder, 'study'));
      expect(text).toContain('# Ours.');
      expect(text).toContain('# from a paper');
      expect(parse(text)).toEqual({ data: { train: '../rows/train.csv' }, optimizer: { learningRate: 3e-4 }, tuner: { name: 'lora' } });
      await writeFile(join(folder, 'copy.yaml'), await configurationWith(file, {}, folder));
      expect((await loadHeadConfig(join(folder, 'copy.yaml'))).data.train).toBe(join(folder, 'rows/train.csv'));
      expect(await readFile(file, 'utf8')).toContain('search:');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the plot of a study', () => {
  it('has a panel for the trials and one for each key', async () => {
    const search = searchOf({ trials: 12 });
    const { trials } = runStudy(search, 3, hill);
    const svg = await renderStudy({ dimensions: searchDimensions(search), trials, direction: 'higher', metric: 'macroF1' });
    expect(svg).toMatch(/^<svg/);
    for (const text of ['trial', 'optimizer.learningRate', 'training.batchSize', 'tuner.name', 'macroF1', 'best so far'])
      expect(svg).toContain(text);
  });
});
