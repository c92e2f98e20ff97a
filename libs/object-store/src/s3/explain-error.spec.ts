import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithReal, realS3, writeModelDirectory } from '@attune/testing';
import { storeInBucket, type StoreInBucket } from '../../test/store-in-bucket';
import { openModelStore } from '../open-model-store';
import { explainError } from './explain-error';

const answered = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error('what the server says'), { name, $metadata: { httpStatusCode } });

describe('explainError', () => {
  it.each([
    [answered('AccessDenied', 403), 'bad-config', 'may not read a/current', 's3:ListBucket'],
    [answered('ExpiredToken', 400), 'bad-config', 'does not accept the credentials', 'AWS_ACCESS_KEY_ID'],
    [answered('PermanentRedirect', 301), 'bad-config', 'another region', 'AWS_REGION'],
    [answered('NotImplemented', 501), 'bad-config', 'conditional writes', 'Use a server that does'],
    [answered('SlowDown', 503), 'dependency-unavailable', 'status 503', 'try again'],
    [new AggregateError([new Error('connect ECONNREFUSED ::1:9')]), 'dependency-unavailable', 'ECONNREFUSED', 'AWS_ENDPOINT_URL'],
  ])('says of %p what to do', (error, code, why, remedy) => {
    const explained = explainError(error, 's3://bucket/models', 'bucket', 'read a/current');
    expect(explained).toMatchObject({ code, cause: error });
    expect(explained.message).toContain('The model store s3://bucket/models');
    expect(explained.message).toContain(why);
    expect(explained.remedy).toContain(remedy);
  });
});

describeWithReal(realS3, 'a model store in a bucket that is set up wrongly', (server) => {
  let kept: StoreInBucket;
  beforeEach(async () => {
    kept = await storeInBucket(server());
  });
  afterEach(() => kept.remove());
  const current = async (address = kept.address) => (await openModelStore(address, { cache: kept.cache })).current('support');

  it('says that there is no such bucket', async () => {
    await expect(current(`s3://attune-${randomUUID()}/models`)).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('there is no bucket attune-'),
    });
  });

  it('says that the server does not accept the credentials', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong';
    await expect(current()).rejects.toMatchObject({ code: 'bad-config', message: expect.stringContaining('does not accept') });
    process.env.AWS_ACCESS_KEY_ID = 'nobody';
    await expect(current()).rejects.toMatchObject({ code: 'bad-config', message: expect.stringContaining('does not accept') });
  });

  it('says that there are no credentials, or no region', async () => {
    const { AWS_REGION: region } = process.env;
    delete process.env.AWS_REGION;
    await expect(current()).rejects.toMatchObject({ code: 'bad-config', remedy: expect.stringContaining('AWS_REGION') });
    process.env.AWS_REGION = region;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    delete process.env.AWS_ACCESS_KEY_ID;
    process.env.AWS_EC2_METADATA_DISABLED = 'true';
    await expect(current()).rejects.toMatchObject({ code: 'bad-config', message: expect.stringContaining('no credentials') });
    delete process.env.AWS_EC2_METADATA_DISABLED;
  });

  it('says that nothing answers', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
    await expect(current()).rejects.toMatchObject({ code: 'dependency-unavailable', message: expect.stringContaining('ECONNREFUSED') });
  });

  describe('on a server that takes every write, whatever its condition', () => {
    let careless: Server;
    let written: string[];
    beforeEach(async () => {
      written = [];
      careless = createServer((request, response) => {
        if (request.method === 'PUT') written.push(request.url ?? '');
        request.resume().on('end', () => {
          if (request.method === 'PUT') response.writeHead(200, { etag: '"1"' }).end();
          else response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
        });
      });
      await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
      const address = careless.address();
      process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    });
    afterEach(() => new Promise((resolve) => (careless.closeAllConnections(), careless.close(resolve))));

    it('writes no version and promotes none', async () => {
      const source = await mkdtemp(join(tmpdir(), 'attune-models-'));
      await writeModelDirectory(source, 'model');
      const store = await openModelStore(kept.address, { cache: kept.cache });
      await expect(store.add('support', '1', source)).rejects.toMatchObject({
        code: 'bad-config',
        message: expect.stringContaining('conditional writes'),
      });
      expect(written.filter((path) => path.includes('/support/'))).toEqual([]);
      await rm(source, { recursive: true });
    });
  });
});
