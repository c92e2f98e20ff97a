import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, Head, HeadVersion, HeadVersionDetails } from '@attune/contracts';
import { createBucket, describeWithReal, realS3, startS3, TrainerPlace, until, type RunningS3, type RunningService } from '@attune/testing';
import { HEAD, LONG, PROGRAM, TrainerClient } from './running-trainer';

// The spec kills its server, so the shared one is not used.
describeWithReal(realS3, 'the trainer with its models in an object store', () => {
  let place: TrainerPlace;
  let s3: RunningS3;
  let service: RunningService;
  let bucket: string;
  let dataset: Dataset;
  const client = new TrainerClient(() => service);
  const job = { columns: { text: 'text', label: 'label' }, seed: 7, learningRate: 0.002, epochs: 1 };

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    s3 = await startS3();
    bucket = `attune-${randomUUID()}`;
    service = await place.start({
      ...(await createBucket(s3.address, bucket)),
      ATTUNE_MODELS: `s3://${bucket}/models`,
      ATTUNE_MODEL_CACHE: join(place.folder, 'cache'),
    });
    dataset = (await client.upload('text,label\n' + Array.from({ length: 30 }, (_, row) => `good ${row},yes\nbad ${row},no\n`).join('')))
      .body;
  }, LONG);
  afterAll(async () => {
    await service.stop();
    await s3.stop();
    await place.remove();
  }, LONG);

  it(
    'writes what it trained into the bucket, also where that was away meanwhile',
    async () => {
      const { id } = await client.train({ dataset: dataset.id, ...job, version: 'first' });
      await s3.kill();
      await until(async () => JSON.stringify(await client.job(id)).includes('storing the version'));
      expect(await client.job(id)).toMatchObject({ status: 'running' });
      await s3.restart();
      expect((await client.follow(id)).at(-1)).toMatchObject({ status: 'succeeded' });
      expect(existsSync(join(s3.address.bucketsFolder, bucket, 'models', HEAD, 'first/attune.json'))).toBe(true);
      const { body } = await client.ask<{ items: HeadVersion[] }>('GET', `/v1/heads/${HEAD}/versions`);
      expect(body.items).toMatchObject([{ version: 'first', isCurrent: false, job: id }]);
      const details = (await client.ask<HeadVersionDetails>('GET', `/v1/heads/${HEAD}/versions/first`)).body;
      expect(details.reports.validation ?? details.reports.test).toBeDefined();
    },
    LONG,
  );

  it(
    'promotes a version there',
    async () => {
      expect((await client.ask('POST', `/v1/heads/${HEAD}/promote`, { version: 'first' })).status).toBe(200);
      expect((await client.ask<Head>('GET', `/v1/heads/${HEAD}`)).body).toMatchObject({ current: { version: 'first', generation: 1 } });
    },
    LONG,
  );
});
