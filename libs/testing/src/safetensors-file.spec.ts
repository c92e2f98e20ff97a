import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensorsFile } from './safetensors-file';

describe('writeSafetensorsFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes a header of a multiple of eight bytes, and the values where it says', () => {
    const path = join(folder, 'model.safetensors');
    writeSafetensorsFile(
      path,
      new Map([
        ['first', { shape: [2, 2], values: Float32Array.of(1, -2, 3.5, 4) }],
        ['second', { shape: [1], values: Float32Array.of(0.25) }],
      ]),
    );
    const bytes = readFileSync(path);
    const headerLength = Number(bytes.readBigUInt64LE(0));
    expect(headerLength % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + headerLength))).toEqual({
      __metadata__: { format: 'pt' },
      first: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
      second: { dtype: 'F32', shape: [1], data_offsets: [16, 20] },
    });
    const data = bytes.subarray(8 + headerLength);
    expect(data.length).toBe(20);
    expect([0, 4, 8, 12, 16].map((offset) => data.readFloatLE(offset))).toEqual([1, -2, 3.5, 4, 0.25]);
  });
});
