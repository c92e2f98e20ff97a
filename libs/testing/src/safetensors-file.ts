import { writeFileSync } from 'node:fs';

/** A float32 tensor on its way into a file. */
export interface FileTensor {
  shape: number[];
  values: Float32Array;
}

/**
 * Writes tensors as F32 in the safetensors format: eight bytes of header length (little-endian), a JSON header padded
 * with spaces to a multiple of eight, then the data, one tensor after the other in the map's order.
 * Source: the format's description in huggingface/safetensors.
 */
export function writeSafetensorsFile(path: string, tensors: ReadonlyMap<string, FileTensor>): void {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, 0x20);
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileSync(path, Buffer.concat([length, padded, ...parts]));
}
