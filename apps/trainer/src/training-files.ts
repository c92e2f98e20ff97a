import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DatasetFormat } from '@attune/contracts';

/** Where the service keeps files: `datasets`, `uploads` that are not whole yet, `training-sets`, and a folder for each training in `jobs`. */
export class TrainingFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /** Makes the folders, and removes what an end in the middle of an upload left behind. */
  async prepare(): Promise<void> {
    await rm(join(this.folder, 'uploads'), { recursive: true, force: true });
    for (const name of ['datasets', 'uploads', 'training-sets', 'jobs']) await mkdir(join(this.folder, name), { recursive: true });
  }

  dataset(id: string, format: DatasetFormat): string {
    return join(this.folder, 'datasets', `${id}.${format}`);
  }

  upload(id: string, format: DatasetFormat): string {
    return join(this.folder, 'uploads', `${id}.${format}`);
  }

  trainingSet(head: string, number: number, part: 'train' | 'recent'): string {
    return join(this.folder, 'training-sets', `${head}-${number}-${part}.jsonl`);
  }

  job(id: string): string {
    return join(this.folder, 'jobs', id);
  }
}
