import { resolve } from 'node:path';
import { openModelStore } from './open-model-store';
import { formatLocation, parseLocation } from './location';

describe('parseLocation', () => {
  it.each([
    ['s3://bucket', 'bucket', '', 's3://bucket'],
    ['s3://bucket/', 'bucket', '', 's3://bucket'],
    ['s3://my-bucket/team/models/', 'my-bucket', 'team/models', 's3://my-bucket/team/models'],
    ['S3://bucket//a', 'bucket', 'a', 's3://bucket/a'],
  ])('reads %s', (text, bucket, prefix, written) => {
    const location = parseLocation(text);
    expect(location).toEqual({ bucket, prefix });
    expect(location && formatLocation(location)).toBe(written);
  });

  it.each(['models', './models', '/models', 'C:\\models', '../s3'])('takes %s for a folder', (text) => {
    expect(parseLocation(text)).toBeUndefined();
  });

  it.each([
    's3://',
    's3:///models',
    's3://b',
    's3://bucket/../other',
    's3://bucket/a b',
    's3://bucket?x',
    'https://host/models',
    'gs://bucket',
  ])('refuses %s', (text) => {
    expect(() => parseLocation(text)).toThrow(expect.objectContaining({ code: 'bad-config', remedy: expect.stringContaining('s3://') }));
  });
});

describe('openModelStore', () => {
  it('opens a folder without the client of S3', async () => {
    expect((await openModelStore('models')).location).toBe(resolve('models'));
    expect(Object.keys(require.cache).some((file) => file.includes('@aws-sdk'))).toBe(false);
  });
});
