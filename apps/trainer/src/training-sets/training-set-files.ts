import { open, rename, type FileHandle } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { rowLine, type RowColumns } from '../feedback/head-columns';
import type { TrainingFiles } from '../training-files';
import type { SetRow } from './training-set-repository';

/** One of the two files of a training set. */
export interface SetPart {
  readonly head: string;
  readonly number: number;
  readonly part: 'train' | 'recent';
}

/** The rows of training sets as JSON Lines. */
export class TrainingSetFiles {
  constructor(private readonly files: TrainingFiles) {}

  path({ head, number, part }: SetPart): string {
    return this.files.trainingSet(head, number, part);
  }

  /** Writes a file whole, in the place of one that was there. @returns its SHA-256 */
  async write(part: SetPart, columns: RowColumns, rows: readonly SetRow[]): Promise<string> {
    const target = this.path(part);
    const staging = `${target}.new`;
    const hash = createHash('sha256');
    const file: FileHandle = await open(staging, 'w');
    try {
      for (const row of rows) {
        const line = rowLine(columns, row);
        hash.update(line);
        await file.write(line);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staging, target);
    return hash.digest('hex');
  }
}
