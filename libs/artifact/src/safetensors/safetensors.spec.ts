import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedTensor } from '../encoder';
import { readSafetensors, writeSafetensors } from './safetensors';
import { LARGEST_HEADER } from './safetensors-header';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-safetensors-'));
  file = join(folder, 'model.safetensors');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with this header and as many data bytes; `length` is what it says of the header's length. */
function write(header: unknown, data: number | Buffer, length?: bigint): void {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(Buffer.byteLength(text)));
  writeFileSync(file, Buffer.concat([prefix, Buffer.from(text), typeof data === 'number' ? Buffer.alloc(data) : data]));
}

const entry = (start: number, end: number, shape = [(end - start) / 4], dtype = 'F32'): object => ({
  dtype,
  shape,
  data_offsets: [start, end],
});

describe('a safetensors file that is written', () => {
  const tensors = new Map<string, NamedTensor>([
    ['b.weight', { shape: [2, 3], values: Float32Array.from([1, -2, 3.5, 0, 1e-30, 7]) }],
    ['a.bias', { shape: [1], values: Float32Array.from([0.1]) }],
    ['empty', { shape: [0, 4], values: new Float32Array() }],
    ['scalar', { shape: [], values: Float32Array.from([-4]) }],
  ]);

  it('reads back the same, with its hash', async () => {
    const sha256 = await writeSafetensors(file, tensors);
    const content = await readSafetensors(file);
    expect(content.tensors).toEqual(tensors);
    expect(content.metadata).toEqual({ format: 'pt' });
    expect(sha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
    expect(content.sha256).toBe(sha256);
  });

  it('has its data aligned to eight bytes, also where names are not ASCII', async () => {
    await writeSafetensors(file, new Map([['schön', { shape: [1], values: new Float32Array(1) }]]));
    expect(readFileSync(file).readBigUInt64LE(0) % 8n).toBe(0n);
    expect([...(await readSafetensors(file)).tensors.keys()]).toEqual(['schön']);
  });

  it('takes only the values that a view shows', async () => {
    const memory = Float32Array.from([9, 1, 2, 9]);
    await writeSafetensors(file, new Map([['view', { shape: [2], values: memory.subarray(1, 3) }]]));
    expect((await readSafetensors(file)).tensors.get('view')?.values).toEqual(Float32Array.from([1, 2]));
  });

  it('refuses values that do not fit their shape', async () => {
    const wrong = new Map([['w', { shape: [3], values: new Float32Array(2) }]]);
    await expect(writeSafetensors(file, wrong)).rejects.toThrow('tensor "w" has 2 values for the shape [3]');
  });

  const full = '/dev/full';
  (existsSync(full) ? it : it.skip)('says so when the disk is full', async () => {
    await expect(writeSafetensors(full, tensors)).rejects.toMatchObject({ code: 'disk-full', message: expect.stringContaining(full) });
  });
});

describe('the types of a safetensors file', () => {
  it('become float32, special values included', async () => {
    const half = [0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x8000];
    const brain = [0x3f80, 0xc000, 0x0001, 0x7f80, 0x7fc0, 0x4049];
    const data = Buffer.from(Uint16Array.from([...half, ...brain]).buffer);
    write({ half: entry(0, 18, [9], 'F16'), brain: entry(18, 30, [6], 'BF16') }, data);
    const { tensors } = await readSafetensors(file);
    expect([...(tensors.get('half')?.values ?? [])]).toEqual([1, -2, 2 ** -24, 1023 * 2 ** -24, 65504, Infinity, -Infinity, NaN, -0]);
    expect([...(tensors.get('brain')?.values ?? [])]).toEqual([1, -2, Math.fround(2 ** -133), Infinity, NaN, 3.140625]);
  });

  it('are converted piece by piece in a tensor larger than the buffer', async () => {
    const count = 3 * 1024 * 1024;
    const bits = Uint16Array.from({ length: count }, (_, i) => i & 0x7fff);
    write({ large: entry(0, count * 2, [count], 'BF16') }, Buffer.from(bits.buffer));
    const values = (await readSafetensors(file)).tensors.get('large')?.values ?? new Float32Array();
    const back = new Uint32Array(values.buffer);
    expect(back.every((word, i) => word === (i & 0x7fff) << 16)).toBe(true);
  });

  it('are left out where they are no float numbers', async () => {
    write({ ids: entry(0, 16, [2], 'I64'), weight: entry(16, 20) }, 20);
    const { tensors, names } = await readSafetensors(file);
    expect([...tensors.keys()]).toEqual(['weight']);
    expect(names).toEqual(['ids', 'weight']);
  });

  it('are an error where a wanted tensor is of another', async () => {
    write({ weight: entry(0, 16, [2], 'I64') }, 16);
    await expect(readSafetensors(file, () => true)).rejects.toThrow(
      `${file}: tensor "weight" is of type I64, where F32, F16 or BF16 is needed`,
    );
  });
});

describe('a safetensors file that is damaged', () => {
  const faults: [fault: string, make: () => void, message: string][] = [
    ['empty', () => writeFileSync(file, ''), 'is 0 bytes long, too short'],
    ['shorter than the length', () => writeFileSync(file, 'abc'), 'is 3 bytes long, too short'],
    ['a header longer than the file', () => write({}, 0, 4000n), 'header is 4000 bytes long, but the file has only 10 bytes'],
    ['a huge header', () => write({}, 0, 2n ** 63n), `more than the ${LARGEST_HEADER} allowed`],
    ['an empty header', () => write('', 8), 'too short to name any tensor'],
    ['no JSON', () => write('{"a": nonsense', 0), 'header is not JSON'],
    ['no object', () => write('[]', 0), 'header is not a JSON object'],
    ['an entry without offsets', () => write({ a: { dtype: 'F32', shape: [1] } }, 4), 'entry for "a" is wrong'],
    ['negative offsets', () => write({ a: entry(-4, 0, [1]) }, 4), 'entry for "a" is wrong'],
    ['a fraction in the shape', () => write({ a: entry(0, 6, [1.5]) }, 6), 'entry for "a" is wrong'],
    ['an unknown type', () => write({ a: entry(0, 4, [1], 'F31') }, 4), 'tensor "a" has the unknown type F31'],
    ['a type that objects inherit', () => write({ a: entry(0, 4, [1], 'toString') }, 4), 'tensor "a" has the unknown type toString'],
    [
      'offsets that do not fit the shape',
      () => write({ a: entry(0, 8, [3]) }, 8),
      'tensor "a" of F32 [3] needs 12 bytes, but its offsets give 8',
    ],
    ['offsets in the wrong order', () => write({ a: entry(8, 4, [1]) }, 8), 'needs 4 bytes, but its offsets give -4'],
    ['a shape beyond all numbers', () => write({ a: entry(0, 8, [2 ** 40, 2 ** 40]) }, 8), 'but its offsets give 8'],
    ['offsets past the end', () => write({ a: entry(0, 400) }, 8), 'is truncated: tensor "a" ends 392 bytes past the end'],
    ['overlapping tensors', () => write({ a: entry(0, 8), b: entry(4, 12) }, 12), 'tensors "a" and "b" overlap'],
    ['a hole between tensors', () => write({ a: entry(0, 4), b: entry(8, 12) }, 12), '4 bytes before tensor "b" belong to no tensor'],
    ['bytes after the last tensor', () => write({ a: entry(0, 4) }, 9), '5 bytes at its end belong to no tensor'],
    ['metadata that are no strings', () => write({ __metadata__: { format: 1 }, a: entry(0, 4) }, 4), '"__metadata__" is not a map'],
  ];
  it.each(faults)('by %s is refused', async (_fault, make, message) => {
    make();
    await expect(readSafetensors(file)).rejects.toMatchObject({
      name: 'AttuneError',
      code: 'bad-model',
      message: expect.stringContaining(message),
    });
    await expect(readSafetensors(file)).rejects.toThrow(file);
  });

  it('by a download that broke off is refused', async () => {
    await writeSafetensors(file, new Map([['weight', { shape: [100], values: new Float32Array(100) }]]));
    truncateSync(file, 300);
    await expect(readSafetensors(file)).rejects.toThrow('is truncated: tensor "weight" ends');
  });

  it('and one that is not there are told apart', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toMatchObject({ code: 'missing-file' });
    await expect(readSafetensors(folder)).rejects.toThrow('is not a file');
  });
});
