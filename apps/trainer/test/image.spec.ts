import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import type { Head } from '@attune/contracts';
import { TrainerPlace, type RunningService } from '@attune/testing';
import { HEAD, LONG, PROGRAM, TrainerClient } from './running-trainer';

const SCRIPT = join(__dirname, '../../../deploy/docker/lay-out-trainer.sh');

describe('what the image of the trainer holds', () => {
  let place: TrainerPlace;
  let image: string;
  let service: RunningService | undefined;

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    image = join(place.folder, 'image');
    // With the native parts of this machine's cache, which the image gets a copy of.
    const env = { ...process.env, ATTUNE_CACHE: cacheDirectory() };
    execFileSync('sh', [SCRIPT, image, 'cpu'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }, 2 * LONG);
  afterAll(async () => {
    await service?.stop();
    await place.remove();
  }, LONG);

  it('has no tools of development', () => {
    for (const absent of ['jest', 'eslint', 'nx', '@attune/testing', 'onnxruntime-web']) {
      expect(existsSync(join(image, 'node_modules', absent))).toBe(false);
    }
  });

  it(
    'is enough to train a head, in a folder that it does not write to',
    async () => {
      service = await place.start({}, join(image, 'apps/trainer/bin/trainer.js'));
      const client = new TrainerClient(() => service as RunningService);
      const { body: dataset } = await client.upload(await readFile(join(place.folder, 'rows.csv')));
      const job = await client.train({ dataset: dataset.id, columns: { text: 'text', label: 'label' }, epochs: 1, version: 'first' });
      expect((await client.follow(job.id)).at(-1)).toMatchObject({ status: 'succeeded', version: 'first' });
      expect(existsSync(join(place.models, HEAD, 'first/onnx/model_quantized.onnx'))).toBe(true);
      for (const written of ['data', 'models', 'runs']) expect(existsSync(join(image, written))).toBe(false);
    },
    LONG,
  );

  it(
    'knows the heads of the services',
    async () => {
      await service?.stop();
      service = await place.start(
        { ATTUNE_HEADS: 'customer-service,sentiment-monitor,recommender' },
        join(image, 'apps/trainer/bin/trainer.js'),
      );
      const { items } = (await new TrainerClient(() => service as RunningService).ask<{ items: Head[] }>('GET', '/v1/heads')).body;
      expect(items.map(({ name, task }) => `${name}: ${task}`).sort()).toEqual([
        'customer-service: classification',
        'recommender: ranking',
        'sentiment-monitor: classification',
      ]);
    },
    LONG,
  );
});
