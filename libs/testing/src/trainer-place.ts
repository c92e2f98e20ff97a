import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, type RunningService } from './running-service';
import { writeTinyDataset } from './tiny-dataset';
import { createTinyEncoder } from './tiny-encoder';

/** Folders of a trainer, with a tiny encoder and rows that it learns in seconds. */
export class TrainerPlace {
  /** The one head that is trained. */
  static readonly HEAD = 'support';

  private constructor(
    private readonly program: string,
    readonly folder: string,
  ) {}

  /** @param program entry of the trainer, a JavaScript file */
  static async make(program: string): Promise<TrainerPlace> {
    const place = new TrainerPlace(program, await mkdtemp(join(tmpdir(), 'attune-trainer-')));
    await mkdir(join(place.folder, 'head'));
    createTinyEncoder(join(place.folder, 'head/encoder'), { family: 'bert' });
    writeTinyDataset(place.rows, { rows: 90 });
    await writeFile(
      join(place.folder, 'head/head.yaml'),
      ['encoder: ./encoder', 'training: {maxLength: 32, batchSize: 16}', 'optimizer: {learningRate: 2.0e-3}'].join('\n'),
    );
    return place;
  }

  get models(): string {
    return join(this.folder, 'models');
  }

  get files(): string {
    return join(this.folder, 'files');
  }

  /** 90 rows with the columns text and label. */
  get rows(): string {
    return join(this.folder, 'rows.csv');
  }

  /** @param program another one than the place was made for, such as that of an image */
  start(environment: Record<string, string> = {}, program = this.program): Promise<RunningService> {
    return startService(program, {
      ATTUNE_MODELS: this.models,
      ATTUNE_TRAINING_FILES: this.files,
      ATTUNE_HEADS: `${TrainerPlace.HEAD}=${join(this.folder, 'head/head.yaml')}`,
      ...(environment.DATABASE_URL === undefined ? { ATTUNE_DATA: join(this.folder, 'data') } : {}),
      ...(process.env.ATTUNE_CACHE === undefined ? {} : { ATTUNE_CACHE: process.env.ATTUNE_CACHE }),
      ...environment,
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
