import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Trial } from '@attune/finetune';
import { Option, type Command } from 'commander';
import { numberOption } from '../option-values';
import { renderTable } from '../report-tables';
import { formatDuration, formatScore, messageColours, printJson, printMessage, printResult } from '../terminal';
import { runStudy, type StudyResult } from '../tune/run-study';
import { runTrial, type TrialArguments } from '../tune/run-trial';

interface TuneOptions {
  config: string;
  out: string;
  resume?: boolean;
  parallel?: number;
  json?: boolean;
}

/** Adds `attune tune`, and the command by which it trains each trial in a process of its own. */
export function registerTune(program: Command): void {
  program
    .command('tune')
    .description('search the values of head.yaml that its section search names, judged on validation rows')
    .requiredOption('-c, --config <head.yaml>', 'configuration with a search space')
    .requiredOption('--out <folder>', 'where the study goes: study.json, best.yaml, trials.svg')
    .option('--resume', 'go on with the study in that folder')
    .addOption(new Option('--parallel <n>', 'trials at once; default search.parallel').argParser(numberOption))
    .option('--json', 'print one line of JSON to stdout')
    .action((options: TuneOptions) => tune(options));
  program
    .command('tune-trial', { hidden: true })
    .requiredOption('--config <head.yaml>')
    .requiredOption('--parameters <json>')
    .requiredOption('--folder <folder>')
    .action((options: TrialArguments) => runTrial(options));
}

async function tune({ config: file, out, resume = false, parallel, json = false }: TuneOptions): Promise<void> {
  const [finetune, { AttuneError }] = await Promise.all([import('@attune/finetune'), import('@attune/artifact')]);
  const config = await finetune.loadHeadConfig(file);
  if (config.data.train === undefined && config.tasks === undefined) {
    throw new AttuneError('bad-config', `${file} names no training rows.`, { remedy: 'Set data.train.' });
  }
  if (parallel !== undefined && !(Number.isInteger(parallel) && parallel > 0)) {
    throw new AttuneError('wrong-use', `--parallel takes a whole number from 1 on, not ${parallel}.`);
  }
  await mkdir(out, { recursive: true });
  const result = await runStudy({ file, config, out, resume, parallel, onTrial: sayTrial });
  const best = result.study.best();
  if (best === undefined) {
    const [failed] = result.study.trials.filter(({ error }) => error !== undefined);
    throw new AttuneError('training-failed', `No trial came to a value. ${failed?.error ?? ''}`.trim(), {
      remedy: `Every trial with its error stands in ${join(out, 'study.json')}.`,
    });
  }
  const text = await finetune.configurationWith(file, best.parameters, out);
  await writeFile(join(out, 'best.yaml'), text);
  const plot = { ...result, trials: result.study.trials, metric: String(config.training.metric ?? 'validation') };
  await writeFile(join(out, 'trials.svg'), await finetune.renderStudy(plot));
  if (json) printJson(summary(result, best, out));
  else printResult(describe(result, best, out));
}

function sayTrial(trial: Trial): void {
  const colours = messageColours();
  const values = Object.entries(trial.parameters).map(([path, value]) => `${path} ${value}`);
  const what = values.length === 0 ? 'head.yaml as it stands' : values.join(', ');
  if (trial.state === 'running') printMessage(`${colours.bold(`Trial ${trial.number}`)}: ${what}`);
  else printMessage(`  ${ending(trial)}`);
}

function ending({ number, state, value, seconds, error, reports }: Trial): string {
  const after = seconds === undefined ? '' : ` after ${formatDuration(seconds)}`;
  switch (state) {
    case 'complete':
      return `trial ${number}: ${formatScore(value)}${after}`;
    case 'stopped':
      return `trial ${number}: stopped at epoch ${reports.at(-1)?.epoch ?? 0} with ${formatScore(value)}${after}`;
    default:
      return `trial ${number} failed: ${error ?? ''}`;
  }
}

function summary({ study }: StudyResult, best: Trial, out: string) {
  return {
    best: { trial: best.number, value: best.value, parameters: best.parameters },
    base: study.trials[0].value ?? null,
    configuration: join(out, 'best.yaml'),
    trials: study.trials.map(({ number, state, value, seconds, parameters, error }) => ({
      trial: number,
      state,
      value: value ?? null,
      seconds: seconds ?? null,
      parameters,
      ...(error !== undefined && { error }),
    })),
  };
}

function describe({ study, dimensions }: StudyResult, best: Trial, out: string): string {
  const rows = study.trials.map(({ number, state, value, seconds, parameters }) => [
    `${number}${number === best.number ? ' (best)' : ''}`,
    ...dimensions.map(({ path }) => String(parameters[path] ?? '–')),
    state,
    formatScore(value),
    formatDuration(seconds ?? NaN),
  ]);
  const table = renderTable(['trial', ...dimensions.map(({ path }) => path), 'state', 'value', 'time'], rows);
  const base = study.trials[0].value;
  return `\n${table}\n\nThe best, trial ${best.number}, has ${formatScore(best.value)} on validation rows; head.yaml as it stands ${formatScore(base)}. ${join(out, 'best.yaml')} trains it.`;
}
