import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Dimension, HeadConfig, Study, StudyOptions, Trial } from '@attune/finetune';
import { withInterrupt } from '../interrupt';
import { printMessage } from '../terminal';
import { TrialProcess } from './trial-process';

/** What a study is run with. */
export interface StudyRun {
  /** head.yaml with its search space. */
  file: string;
  config: HeadConfig;
  /** Folder of the study. */
  out: string;
  /** Go on with the study that stands there. */
  resume: boolean;
  /** Trials at once; default `search.parallel`. */
  parallel?: number | undefined;
  /** Told of each trial as it begins and ends. */
  onTrial: (trial: Trial) => void;
}

/** A study that was run. */
export interface StudyResult {
  study: Study;
  dimensions: Dimension[];
  direction: StudyOptions['direction'];
}

/**
 * Searches a space of configurations: trials in processes of their own, several at once within the processors, the study written after each
 * step, so that a kill costs no trial that has ended.
 *
 * @throws AttuneError `bad-config` for a space that cannot be searched, `wrong-use` for a folder that holds a study which is not to be gone on
 * with or another one, `interrupted` after Ctrl-C, `training-failed` where no trial came to a value
 */
export async function runStudy({ file, config, out, resume, parallel, onTrial }: StudyRun): Promise<StudyResult> {
  const [finetune, { AttuneError }] = await Promise.all([import('@attune/finetune'), import('@attune/artifact')]);
  const { search } = config;
  if (search === undefined) {
    throw new AttuneError('bad-config', `${file} has no section search: there is nothing to search.`, {
      remedy: 'Add one, as in the commented example: attune train --print-config.',
    });
  }
  const dimensions = finetune.searchDimensions(search);
  for (const dimension of dimensions) await checkValues(file, dimension);
  const identity = finetune.studyIdentity(config);
  const trials = await existingTrials(out, identity, resume);
  const direction = finetune.judgeDirection(config);
  const study = new finetune.Study({ dimensions, search, direction, seed: config.seed }, trials);
  const save = inOrder(() => finetune.writeStudy(out, identity, study.trials));
  await save();
  const atOnce = Math.min(parallel ?? search.parallel, availableParallelism());
  await withInterrupt(
    () => printMessage('Stopping: trials that run keep a checkpoint.'),
    async (signal) => {
      const interrupted = trials.filter(({ state }) => state === 'running');
      const next = (): Trial | undefined => (signal.aborted ? undefined : (interrupted.shift() ?? study.next()));
      const shared = { study, file, out, signal, save, onTrial };
      // What cannot be trained as it stands is not searched.
      if (study.trials.length === 0 || study.trials[0].state === 'running') {
        const base = next();
        if (base !== undefined) await runOne({ ...shared, trial: base, parallel: 1 });
        if (base?.error !== undefined) throw new AttuneError('training-failed', `${file} as it stands cannot be trained: ${base.error}`);
      }
      const worker = async (): Promise<void> => {
        for (let trial = next(); trial !== undefined; trial = next()) {
          await runOne({ ...shared, trial, parallel: atOnce });
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    },
  );
  if (study.trials.some(({ state }) => state === 'running')) {
    throw new AttuneError('interrupted', 'Interrupted.', { remedy: 'Go on with --resume.' });
  }
  return { study, dimensions, direction };
}

/** Every value by itself must be one that head.yaml takes: better said now than after an hour. */
async function checkValues(file: string, dimension: Dimension): Promise<void> {
  const { loadHeadConfig } = await import('@attune/finetune');
  const values = dimension.kind === 'choice' ? dimension.values : [dimension.min, dimension.max];
  for (const value of values) {
    await loadHeadConfig(file, [{ flag: `search.space ${dimension.path}`, path: dimension.path, value }]);
  }
}

async function existingTrials(out: string, identity: string, resume: boolean): Promise<Trial[]> {
  const [{ readStudy, studyExists }, { AttuneError }] = await Promise.all([import('@attune/finetune'), import('@attune/artifact')]);
  if (!(await studyExists(out))) return [];
  if (!resume) {
    throw new AttuneError('wrong-use', `There is a study in ${out} already.`, {
      remedy: 'Go on with it by --resume, or give another --out.',
    });
  }
  return readStudy(out, identity);
}

interface OneTrial {
  study: Study;
  trial: Trial;
  file: string;
  out: string;
  parallel: number;
  signal: AbortSignal;
  save: () => Promise<void>;
  onTrial: (trial: Trial) => void;
}

async function runOne({ study, trial, file, out, parallel, signal, save, onTrial }: OneTrial): Promise<void> {
  const startedAt = performance.now();
  const folder = join(out, `trial-${trial.number}`);
  await save();
  onTrial(trial);
  let stopped = false;
  let done: { value: number | null; seconds: number; trainableParameters: number } | undefined;
  const child = new TrialProcess({ config: file, parameters: trial.parameters, folder, parallel }, (line) => {
    if (line.type === 'done') done = line;
    else if (isNew(trial, line.epoch) && study.report(trial, line.epoch, line.value ?? NaN)) {
      stopped = true;
      child.kill();
    }
  });
  const interrupt = (): void => child.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  const { status, words } = await child.ended;
  signal.removeEventListener('abort', interrupt);
  const seconds = (performance.now() - startedAt) / 1000;
  if (stopped) study.stop(trial, seconds);
  else if (done !== undefined) study.complete(trial, { ...done, value: done.value ?? undefined });
  else if (!signal.aborted)
    study.fail(trial, words === '' ? `its process ended with ${status === null ? 'a signal' : `status ${status}`}` : words);
  if (trial.state !== 'running') {
    await rm(`${folder}.training`, { recursive: true, force: true });
    onTrial(trial);
  }
  await save();
}

/** A trial that goes on from a checkpoint may report again what is known. */
function isNew({ reports }: Trial, epoch: number): boolean {
  return epoch > (reports.at(-1)?.epoch ?? 0);
}

/** Runs of some work one after the other, however many ask for it at once. */
function inOrder(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(work);
    return last;
  };
}
