import { endianness } from 'node:os';
import type { Database } from './database';
import type { StatementValue } from './statement';

/** Bytes before the numbers: how many there are, and 0 (pgvector's `vector_recv`). */
const HEADER = 4;

/** A vector as the value of a statement that casts it to `vector`: to PostgreSQL in binary form, which nobody writes out and reads again. */
export function vectorValue({ kind }: Pick<Database, 'kind'>, vector: Float32Array): StatementValue {
  if (kind === 'pglite') return `[${vector.join(',')}]`;
  const bytes = Buffer.alloc(HEADER + vector.byteLength);
  bytes.writeInt16BE(vector.length, 0);
  for (let axis = 0; axis < vector.length; axis++) bytes.writeFloatBE(vector[axis], HEADER + axis * Float32Array.BYTES_PER_ELEMENT);
  return bytes;
}

/** Vectors of one dimension in that binary form, one after the other, as base64; their numbers are big-endian. */
export function readVectors(base64: string, count: number): Float32Array[] {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  if (endianness() === 'LE') Buffer.from(bytes.buffer).swap32();
  const size = bytes.length / count;
  const width = (size - HEADER) / Float32Array.BYTES_PER_ELEMENT;
  return Array.from({ length: count }, (_, at) => new Float32Array(bytes.buffer, at * size + HEADER, width));
}
