import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startService, TrainerPlace, writeTinyDataset, type RunningService, type TinyDatasetRow } from '@attune/testing';
import { PROGRAM } from './running-trainer';

/** The head that customer-service serves. */
export const HEAD = 'customer-service';
const SERVICE = join(__dirname, '../../customer-service/bin/customer-service.js');

/** A trainer and the service whose head it updates, over one model store. */
export class LoopPlace {
  private constructor(private readonly place: TrainerPlace) {}

  static async make(): Promise<LoopPlace> {
    const place = await TrainerPlace.make(PROGRAM);
    await writeFile(
      join(place.folder, 'head/head.yaml'),
      [
        'encoder: ./encoder',
        'training: {epochs: 3, maxLength: 32, batchSize: 16}',
        'optimizer: {learningRate: 2.0e-3}',
        // The service finds answers by it.
        'export: {embedding: true}',
      ].join('\n'),
    );
    return new LoopPlace(place);
  }

  startTrainer(environment: Record<string, string> = {}): Promise<RunningService> {
    return this.place.start({ ATTUNE_HEADS: `${HEAD}=${join(this.place.folder, 'head/head.yaml')}`, ...environment });
  }

  startCustomerService(environment: Record<string, string> = {}): Promise<RunningService> {
    return startService(SERVICE, {
      ATTUNE_MODELS: this.place.models,
      ATTUNE_DATA: join(this.place.folder, 'service-data'),
      ATTUNE_MODEL_POLL_MS: '100',
      ATTUNE_INFERENCE_THREADS: '1',
      ATTUNE_RATE_LIMIT: '0',
      ...environment,
    });
  }

  /** Rows of the labels account, delivery and refund; another seed, other texts. */
  rows(seed: number, count: number): TinyDatasetRow[] {
    return writeTinyDataset(join(this.place.folder, `rows-${seed}.csv`), { rows: count, seed, task: 'classification' });
  }

  file(seed: number): string {
    return join(this.place.folder, `rows-${seed}.csv`);
  }

  setFile(number: number, part: 'train' | 'recent'): string {
    return join(this.place.files, 'training-sets', `${HEAD}-${number}-${part}.jsonl`);
  }

  remove(): Promise<void> {
    return this.place.remove();
  }
}
