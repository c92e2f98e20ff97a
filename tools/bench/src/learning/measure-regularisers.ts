import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ConfigFlag } from '@attune/finetune';
import { KnownRuns } from '../known-runs';
import { mean } from '../statistics';
import { signed, type Result } from '../write-result';
import { takeFewRows, type FewRows } from './few-rows';
import { SWITCHES, TEACHERS, UNLABELLED, type Switch } from './switches';

export interface RegulariserMeasurementOptions {
  /** Rows of which some are trained on, and test rows: JSON Lines with text and label. */
  train: string;
  test: string;
  config: string;
  perLabel: number;
  seeds: readonly number[];
  /** For rows, models and what is measured already: a measurement that was stopped goes on. */
  work: string;
  onRun: (message: string) => void;
  command: string;
}

/** Accuracies of a run. */
interface Run {
  validation: number;
  test: number;
  seconds: number;
}

/**
 * Measures each switch by itself on few rows a label. Of its settings the one with the highest accuracy on validation rows in the first seed
 * is taken, and its test accuracy told for every seed.
 */
export async function measureRegularisers(options: RegulariserMeasurementOptions): Promise<Result> {
  const { perLabel, seeds, work } = options;
  const rows = await takeFewRows(options.train, perLabel, join(work, 'rows'));
  const known = await KnownRuns.read<Run>(join(work, 'runs.json'));
  const measured: { name: string; setting: string; runs: Run[] }[] = [];
  for (const { name, settings } of SWITCHES) {
    const first = new Map<Switch['settings'][number], Run>();
    for (const setting of settings) first.set(setting, await run(name, setting, seeds[0], rows, known, options));
    const chosen = [...first].reduce((best, one) => (one[1].validation > best[1].validation ? one : best))[0];
    const runs: Run[] = [];
    for (const seed of seeds) runs.push(await run(name, chosen, seed, rows, known, options));
    measured.push({ name, setting: shown(chosen), runs });
  }
  const [none] = measured;
  return {
    name: 'regularisers',
    title: `Regularisers, augmentation and distillation on ${basename(options.train).split('.')[0]}, ${perLabel} rows a label`,
    command: options.command,
    summary:
      `${rows.trainRows} training rows (the first ${perLabel} of each label), as many validation rows (the next), the whole test set. Each switch by itself beside the ` +
      `configuration ${basename(options.config)}, which averages the weights (EMA) as it stands; its setting is chosen by the validation accuracy of seed ${seeds[0]}, ` +
      `and told are test accuracies with the seeds ${seeds.join(', ')}.`,
    columns: [
      'switch',
      'setting chosen',
      'validation',
      'test, mean',
      'against none',
      ...seeds.map((seed) => `seed ${seed}`),
      'seconds a run',
    ],
    rows: measured.map(({ name, setting, runs }) => [
      name,
      setting,
      mean(runs.map((one) => one.validation)).toFixed(4),
      mean(runs.map((one) => one.test)).toFixed(4),
      name === none.name ? '' : signed(mean(runs.map((one) => one.test)) - mean(none.runs.map((one) => one.test))),
      ...runs.map((one) => one.test.toFixed(4)),
      mean(runs.map((one) => one.seconds)).toFixed(0),
    ]),
    notes: [
      `Teachers of distillation are the heads of the runs without a switch, ${seeds.length} together; rows without labels are the ${rows.unlabelledRows} others of the training file.`,
      'Seconds are those of a machine that did other work, too, and tell little.',
    ],
  };
}

async function run(
  name: string,
  setting: Switch['settings'][number],
  seed: number,
  rows: FewRows,
  known: KnownRuns<Run>,
  options: RegulariserMeasurementOptions,
): Promise<Run> {
  const key = `${name} ${JSON.stringify(setting)} ${seed}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  options.onRun(`${name}, ${shown(setting)}, seed ${seed}`);
  const { loadHeadConfig, trainHead } = await import('@attune/finetune');
  const teacher = (one: number): string => join(options.work, `none-${one}`);
  const values = Object.entries(setting).flatMap(([section, keys]) =>
    Object.entries(keys).map(([one, value]): ConfigFlag => {
      const actual = value === TEACHERS ? options.seeds.map(teacher) : value === UNLABELLED ? rows.unlabelled : value;
      return { flag: `${section}.${one}`, path: `${section}.${one}`, value: actual };
    }),
  );
  const data = Object.entries({ train: rows.train, validation: rows.validation, test: options.test });
  const config = await loadHeadConfig(options.config, [
    ...data.map(([split, value]): ConfigFlag => ({ flag: split, path: `data.${split}`, value })),
    { flag: 'seed', path: 'seed', value: seed },
    ...values,
  ]);
  const out = name === 'none' ? teacher(seed) : join(options.work, 'model');
  const { validation, test, seconds } = await trainHead(config, {
    out,
    resume: false,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  const made = { validation: validation.accuracy ?? NaN, test: test?.accuracy ?? NaN, seconds };
  options.onRun(`  validation ${made.validation.toFixed(4)}, test ${made.test.toFixed(4)}, ${seconds.toFixed(0)} s`);
  await known.put(key, made);
  if (name !== 'none') await rm(out, { recursive: true });
  return made;
}

function shown(setting: Switch['settings'][number]): string {
  const keys = Object.entries(setting).flatMap(([section, values]) =>
    Object.entries(values)
      .filter(([, value]) => value !== TEACHERS && value !== UNLABELLED)
      .map(([key, value]) => `${section}.${key} ${String(value)}`),
  );
  return keys.length === 0 ? 'as it stands' : keys.join(', ');
}
