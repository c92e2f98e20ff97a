import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess, type AttuneRun } from './run-attune';

describe('attune models', () => {
  let folder: string;
  const models = (...args: string[]): Promise<Pick<AttuneRun, 'status' | 'stdout' | 'stderr'>> => runInProcess(['models', ...args], folder);
  const modelFile = (version: string): string => join(folder, 'models/support', version, 'onnx/model.onnx');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-models-'));
    for (const version of ['v1', 'v2']) await addVersion(version);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function addVersion(version: string): Promise<void> {
    const { MANIFEST_FILE, sha256, textNormalizationSchema } = await import('@attune/artifact');
    const directory = join(folder, 'models/support', version);
    await mkdir(join(directory, 'onnx'), { recursive: true });
    await writeFile(modelFile(version), version);
    const manifest = {
      schemaVersion: 1,
      createdBy: 'a spec',
      tasks: [
        {
          name: 'intent',
          type: 'classification',
          pooling: 'mean',
          labels: ['a', 'b'],
          output: 'logits',
          calibration: { temperature: 1 },
          metrics: { macroF1: 0.875 },
        },
      ],
      encoder: { id: 'tiny', hash: 'tiny', family: 'bert', hiddenSize: 4, tokenTypes: 2, padTokenId: 0 },
      maxLength: 8,
      normalization: textNormalizationSchema.parse({}),
      onnx: { int8: 'onnx/model.onnx' },
      files: { 'onnx/model.onnx': { sha256: sha256(version), bytes: version.length } },
    };
    await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(manifest));
  }

  it('adds a head that was trained in a folder, once', async () => {
    const trained = join(folder, 'models/support/v1');
    expect(await models('add', 'support', 'v3', trained)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^support\/v3 is in /),
    });
    expect(await models('verify', 'support', 'v3')).toMatchObject({ status: 0 });
    expect(await models('add', 'support', 'v3', trained)).toMatchObject({ status: 1, stderr: expect.stringContaining('already') });
    expect(await models('list', '--models', 'gs://bucket')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('s3://bucket/prefix'),
    });
  });

  it('puts a version in shadow, says so, and ends it', async () => {
    expect(await models('shadow', 'support', 'v2')).toMatchObject({ status: 2, stderr: expect.stringContaining('promote one first') });
    await models('promote', 'support', 'v1');
    expect(await models('shadow', 'support')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^No version of support/) });
    expect(await models('shadow', 'support', 'v2', '--share', '0.5')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^v2 is in shadow with a share of 0\.5, since /),
    });
    expect(JSON.parse((await models('shadow', 'support', '--json')).stdout)).toMatchObject({ shadow: { version: 'v2', share: 0.5 } });
    expect(await models('shadow', 'support', 'v2', '--share', '7')).toMatchObject({ status: 2, stderr: expect.stringContaining('share') });
    expect(await models('shadow', 'support', 'v2', '--stop')).toMatchObject({ status: 2 });
    expect(await models('shadow', 'support', '--stop')).toMatchObject({ status: 0, stdout: expect.stringContaining('no more') });
    expect(JSON.parse((await models('shadow', 'support', '--json')).stdout)).toEqual({ shadow: null });
  });

  it('promotes, lists, names what serves, and rolls back', async () => {
    expect(await models('current', 'support')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('attune models promote'),
    });
    expect(await models('promote', 'support', 'v1')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^v1 serves, as generation 1/),
    });
    expect(await models('promote', 'support', 'v2', '--expected-generation', '1')).toMatchObject({ status: 0 });
    const { stdout } = await models('list');
    expect(stdout).toMatch(/support\/v1 .*0\.8750/);
    expect(stdout).toMatch(/support\/v2 +serves .*0\.8750/);
    expect(JSON.parse((await models('rollback', 'support', '--json')).stdout)).toMatchObject({ current: { version: 'v1', generation: 3 } });
    expect(JSON.parse((await models('current', 'support', '--json')).stdout)).toMatchObject({ current: { version: 'v1', generation: 3 } });
    const listed = JSON.parse((await models('list', 'support', '--json')).stdout) as { models: object[] };
    expect(listed.models).toMatchObject([
      { app: 'support', version: 'v1', current: true, tasks: [{ name: 'intent', labels: 2 }] },
      { version: 'v2', current: false },
    ]);
  });

  it('names the file that is not as the manifest says, and promotes no such version', async () => {
    await appendFile(modelFile('v2'), 'x');
    const verified = await models('verify', 'support');
    expect(verified).toMatchObject({ status: 1, stderr: expect.stringContaining('1 of 2 versions') });
    expect(verified.stdout).toContain('support/v1: every file is as its manifest says');
    expect(verified.stdout).toMatch(/support\/v2: .*onnx\/model\.onnx/);
    expect(await models('promote', 'support', 'v2')).toMatchObject({ status: 1, stderr: expect.stringContaining('onnx/model.onnx') });
  });

  it.each([
    [['promote', 'support', '../v1'], 2, 'cannot be the name of a version'],
    [['promote', 'support', 'v9'], 1, 'has no version v9'],
    [['promote', 'support', 'v1', '--expected-generation', '4'], 1, 'generation 4 of support was expected'],
    [['rollback', 'support'], 2, 'remembered'],
  ])('refuses %j', async (args, status, message) => {
    expect(await models(...args)).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) });
  });
});
