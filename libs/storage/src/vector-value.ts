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
