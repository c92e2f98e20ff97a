import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { NamedTensor } from '../encoder';
import { AttuneError } from '../errors';
import { isDiskFull } from '../file-errors';
import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision';
import { badSafetensors, parseHeader, parseHeaderLength, type TensorEntry } from './safetensors-header';

/** Bytes read or converted at once. Even, so that no two-byte number is cut. */
const CHUNK = 4 * 1024 * 1024;

const FLOAT_TYPES = new Set(['F32', 'F16', 'BF16']);

/** What `readSafetensors` found. */
export interface SafetensorsContent {
  tensors: Map<string, NamedTensor>;
  /** Every name in the file, wanted or not, in the order of the bytes. */
  names: string[];
  metadata: Record<string, string>;
  /** SHA-256 of the whole file, in hexadecimal. */
  sha256: string;
}

async function readExactly(handle: FileHandle, file: string, buffer: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < buffer.byteLength) {
    const { bytesRead } = await handle.read(buffer, done, buffer.byteLength - done, position + done);
    if (bytesRead === 0) throw badSafetensors(file, `ended at byte ${position + done} while it was read`);
    done += bytesRead;
  }
}

/** Pieces of at most `CHUNK` bytes, views of the same memory: reads and hashes take no more than 2 GiB at once. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += CHUNK) yield bytes.subarray(offset, offset + CHUNK);
}

async function readInto(handle: FileHandle, file: string, target: Uint8Array, position: number, hash: Hash): Promise<void> {
  let offset = 0;
  for (const piece of pieces(target)) {
    await readExactly(handle, file, piece, position + offset);
    hash.update(piece);
    offset += piece.byteLength;
  }
}

/** Reads a byte range through one small buffer; a piece is only valid during the call of `use`. */
async function readThrough(
  handle: FileHandle,
  file: string,
  entry: TensorEntry,
  hash: Hash,
  use: (piece: Uint8Array, offset: number) => void,
): Promise<void> {
  const buffer = new Uint8Array(Math.min(CHUNK, entry.length));
  for (let offset = 0; offset < entry.length; offset += CHUNK) {
    const piece = buffer.subarray(0, Math.min(CHUNK, entry.length - offset));
    await readInto(handle, file, piece, entry.start + offset, hash);
    use(piece, offset);
  }
}

async function readTensor(handle: FileHandle, file: string, entry: TensorEntry, hash: Hash): Promise<NamedTensor> {
  const width = entry.dtype === 'F32' ? 4 : 2;
  const values = new Float32Array(entry.length / width);
  if (entry.dtype === 'F32') {
    await readInto(handle, file, new Uint8Array(values.buffer), entry.start, hash);
  } else {
    const convert = entry.dtype === 'F16' ? float16ToFloat32 : bfloat16ToFloat32;
    await readThrough(handle, file, entry, hash, (piece, offset) => {
      convert(new Uint16Array(piece.buffer, piece.byteOffset, piece.byteLength / 2), values, offset / 2);
    });
  }
  return { shape: entry.shape, values };
}

async function openForReading(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw new AttuneError('missing-file', `${file}: cannot be read`, {
      remedy: 'Check that the file exists and is readable.',
      cause: error,
    });
  }
}

/**
 * Reads the wanted tensors of a safetensors file as float32, in one pass from its start to its end: each tensor's bytes go
 * straight into its own array (F16 and BF16 through a buffer of 4 MiB), and the hash is made on the way.
 *
 * @param want Which tensors to keep, by name; all float tensors without it. Others are only hashed.
 * @throws AttuneError `missing-file`; `bad-model` for a file whose header lies, whose bytes are missing, or where a wanted
 *   tensor is not F32, F16 or BF16. Without `want`, tensors of other types are left out instead.
 */
export async function readSafetensors(file: string, want?: (name: string) => boolean): Promise<SafetensorsContent> {
  const handle = await openForReading(file);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw badSafetensors(file, 'is not a file');
    const fileSize = stat.size;
    const first = Buffer.alloc(Math.min(8, fileSize));
    await readExactly(handle, file, first, 0);
    const headerBytes = Buffer.alloc(parseHeaderLength(file, first, fileSize));
    await readExactly(handle, file, headerBytes, 8);
    const hash = createHash('sha256').update(first).update(headerBytes);
    const header = parseHeader(file, headerBytes.toString('utf8'), fileSize, 8 + headerBytes.length);

    const tensors = new Map<string, NamedTensor>();
    for (const entry of header.entries) {
      const isFloat = FLOAT_TYPES.has(entry.dtype);
      if (want?.(entry.name) === true && !isFloat) {
        throw badSafetensors(file, `tensor "${entry.name}" is of type ${entry.dtype}, where F32, F16 or BF16 is needed`);
      }
      if (isFloat && (want === undefined || want(entry.name))) {
        tensors.set(entry.name, await readTensor(handle, file, entry, hash));
      } else {
        await readThrough(handle, file, entry, hash, () => undefined);
      }
    }
    const names = header.entries.map((entry) => entry.name);
    return { tensors, names, metadata: header.metadata, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

function headerOf(tensors: ReadonlyMap<string, NamedTensor>, metadata: Record<string, string>): Buffer {
  const json: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, tensor] of tensors) {
    const elements = tensor.shape.reduce((product, size) => product * size, 1);
    json[name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [offset, offset + elements * 4] };
    offset += elements * 4;
  }
  const text = JSON.stringify(json);
  const padding = (8 - (Buffer.byteLength(text) % 8)) % 8;
  const body = Buffer.from(text + ' '.repeat(padding));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(body.length));
  return Buffer.concat([length, body]);
}

/**
 * Writes tensors as F32, in the map's order, each from its own memory, asked for its values once and not before its turn; the metadata
 * `{ format: 'pt' }` is what Python's loaders ask for. Replaces the file if there is one.
 *
 * @returns The file's SHA-256 in hexadecimal.
 * @throws AttuneError `disk-full` where there is no room; the incomplete file is the caller's to remove with its directory.
 */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Record<string, string> = { format: 'pt' },
): Promise<string> {
  const header = headerOf(tensors, metadata);
  const hash = createHash('sha256').update(header);
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(header);
    for (const [name, { shape, values }] of tensors) {
      if (shape.reduce((product, size) => product * size, 1) !== values.length) {
        throw new AttuneError('bad-model', `tensor "${name}" has ${values.length} values for the shape [${shape.join(', ')}]`);
      }
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      for (const piece of pieces(bytes)) {
        hash.update(piece);
        await handle.writeFile(piece);
      }
    }
  } catch (error) {
    if (isDiskFull(error)) {
      throw new AttuneError('disk-full', `${file}: no space left on the disk`, { remedy: 'Free some space and run again.', cause: error });
    }
    throw error;
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
