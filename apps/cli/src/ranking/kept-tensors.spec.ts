import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptTensors, type TensorSet } from './kept-tensors';

describe('kept tensors', () => {
  let folder: string;
  let made: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-kept-'));
    made = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const make = (): Promise<TensorSet> => {
    made += 1;
    return Promise.resolve(new Map([['text', { shape: [2, 1], values: Float32Array.of(0.5, made) }]]));
  };
  const get = async (inputs: string[], name = 'texts'): Promise<number[]> => {
    const tensors = await new KeptTensors(folder).of(name, inputs, make);
    return [...(tensors.get('text')?.values ?? [])];
  };

  it('are made once for the same inputs, and anew for others', async () => {
    expect(await get(['a', 'bc'])).toEqual([0.5, 1]);
    expect(await get(['a', 'bc'])).toEqual([0.5, 1]);
    expect(await get(['ab', 'c'])).toEqual([0.5, 2]);
    expect(await get(['a', 'bc'], 'others')).toEqual([0.5, 3]);
    expect((await readdir(folder)).map((file) => file.split('-')[0]).sort()).toEqual(['others', 'texts', 'texts']);
  });

  it('are made anew where the file is damaged', async () => {
    await get(['a']);
    const [file] = await readdir(folder);
    await truncate(join(folder, file), 12);
    expect(await get(['a'])).toEqual([0.5, 2]);
    expect(await get(['a'])).toEqual([0.5, 2]);
  });

  it('are made each time without a folder', async () => {
    const none = new KeptTensors(undefined);
    await none.of('texts', ['a'], make);
    await none.of('texts', ['a'], make);
    expect(made).toBe(2);
  });
});
