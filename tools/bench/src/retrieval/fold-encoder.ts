import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attuneCommand } from '../attune-command';
import { runMeasured } from '../measured-process';
import { trainingRows, type Fold } from './folds';
import type { FaqEntry } from './stackfaq';

export interface FoldEncoderOptions {
  /** Folder for rows and models; what is there already of the same rows and settings is used. */
  work: string;
  /** head.yaml of a matching task. */
  config: string;
  encoder: string;
  onRun: (what: string) => void;
}

/** Exports a pretrained encoder as an embedding model, and returns its folder. */
export async function exportEncoder({ work, encoder, onRun }: FoldEncoderOptions): Promise<string> {
  const out = join(work, 'retrieval', 'pretrained');
  if (!isModel(out)) {
    onRun(`exporting ${encoder}`);
    await runAttune('attune export', 'export', '--model', encoder, '--out', out);
  }
  return out;
}

/** Fine-tunes the encoder on the training threads of a fold by the matching task, and returns the folder of its embedding model. */
export async function trainFoldEncoder(entries: readonly FaqEntry[], fold: Fold, options: FoldEncoderOptions): Promise<string> {
  const { work, config, encoder, onRun } = options;
  const settings = await readFile(config, 'utf8');
  const [train, validation] = [fold.train, fold.validation].map((places) => trainingRows(entries, places, false));
  const key = createHash('sha256').update([settings, encoder, train, validation].join('\0')).digest('hex').slice(0, 12);
  const folder = join(work, 'retrieval', `fold-${fold.number}-${key}`);
  const out = join(folder, 'model');
  if (isModel(out)) return out;
  onRun(`fold ${fold.number}: fine-tuning`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'train.jsonl'), train);
  await writeFile(join(folder, 'validation.jsonl'), validation);
  // The configuration names the rows relative to itself.
  await writeFile(join(folder, 'head.yaml'), settings);
  const report = await runAttune('attune train', 'train', '-c', join(folder, 'head.yaml'), '--encoder', encoder, '--out', out, '--json');
  await writeFile(join(folder, 'report.json'), report);
  return out;
}

function isModel(folder: string): boolean {
  return existsSync(join(folder, 'attune.json'));
}

async function runAttune(name: string, ...args: string[]): Promise<string> {
  await mkdir(dirname(args[args.indexOf('--out') + 1]), { recursive: true });
  const { command, args: all } = attuneCommand(...args);
  return (await runMeasured(name, command, all)).stdout;
}
