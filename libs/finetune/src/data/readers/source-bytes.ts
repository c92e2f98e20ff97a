import { AttuneError, fileErrorCode, isMissing } from '@attune/artifact';
import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { rowName } from './source-row';

const CHUNK_BYTES = 256 * 1024;

/** Options of every reader. */
export interface ReadOptions {
  signal?: AbortSignal;
  /** Fed with the file's bytes as they lie on disk, for a fingerprint without a second reading. */
  hash?: Hash;
}

/** Set by {@link decodableText} when it meets bytes that are not UTF-8; it then ends the stream there. */
export interface EncodingFault {
  /** Offset in the uncompressed file, and the byte there. */
  found?: { offset: number; byte: number };
}

/** Throws `interrupted` once the signal is aborted. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AttuneError('interrupted', 'Stopped while reading data.', { cause: signal.reason });
}

/** The message a person needs for an error of the file system or of gzip. */
export function readError(path: string, cause: unknown): AttuneError {
  if (cause instanceof AttuneError) return cause;
  const code = fileErrorCode(cause) ?? '';
  if (isMissing(cause))
    return new AttuneError('missing-file', `${path} does not exist.`, {
      remedy: 'Check the path; it is relative to the folder the command runs in.',
      cause,
    });
  if (code === 'EISDIR') return new AttuneError('missing-file', `${path} is a folder.`, { remedy: 'Name one file of rows.', cause });
  if (code === 'EACCES' || code === 'EPERM')
    return new AttuneError('missing-file', `${path} may not be read by this user.`, { remedy: "Change the file's permissions.", cause });
  if (code === 'Z_BUF_ERROR')
    return new AttuneError('bad-data', `${path} is cut off: its gzip stream ends early.`, {
      remedy: 'Copy or download the file again.',
      cause,
    });
  if (code.startsWith('Z_'))
    return new AttuneError('bad-data', `${path} is not sound gzip.`, { remedy: 'Copy or download the file again.', cause });
  return new AttuneError('bad-data', `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

async function startsAsGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

async function* fileChunks(path: string, options: ReadOptions): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    throwIfInterrupted(options.signal);
    options.hash?.update(chunk);
    yield chunk;
  }
}

/**
 * A file's bytes, chunk by chunk, gunzipped where the file is gzip (told by its first bytes, whatever its name).
 * @throws AttuneError `missing-file`, `bad-data` (broken gzip) or `interrupted`.
 */
export async function* readBytes(path: string, options: ReadOptions = {}): AsyncGenerator<Buffer> {
  try {
    const chunks = fileChunks(path, options);
    if (!(await startsAsGzip(path))) {
      yield* chunks;
      return;
    }
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    pipeline(Readable.from(chunks, { objectMode: false }), gunzip, () => undefined);
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** The first bytes of a file, uncompressed; fewer where it is shorter. */
export async function readHead(path: string, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytes(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}

/** Bytes at the end of a chunk that begin a character whose rest is in the next chunk. */
function unfinishedCharacterBytes(chunk: Buffer): number {
  for (let back = 1; back <= Math.min(3, chunk.length); back++) {
    const byte = chunk[chunk.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

function firstInvalidOffset(chunk: Buffer): number {
  const text = chunk.toString('utf8');
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf('\uFFFD', from);
    if (at < 0) return chunk.length;
    offset += Buffer.byteLength(text.slice(from, at));
    const isGenuine = chunk[offset] === 0xef && chunk[offset + 1] === 0xbf && chunk[offset + 2] === 0xbd;
    if (!isGenuine) return offset;
    offset += 3;
    from = at + 1;
  }
}

/** How a person names the encoding that these first bytes give away, if it is not UTF-8. */
function foreignByteOrderMark(chunk: Buffer): string | undefined {
  if (chunk[0] === 0xff && chunk[1] === 0xfe) return 'UTF-16 (little endian)';
  if (chunk[0] === 0xfe && chunk[1] === 0xff) return 'UTF-16 (big endian)';
  return undefined;
}

/**
 * Passes on UTF-8 text in chunks that end between characters, without the byte order mark. At the first byte that is not
 * UTF-8 it notes the fault, passes on one U+FFFD in its place and ends: the row that the U+FFFD falls in is the row to name.
 * @throws AttuneError `bad-data` for UTF-16.
 */
export async function* decodableText(path: string, bytes: AsyncIterable<Buffer>, fault: EncodingFault): AsyncGenerator<Buffer> {
  let offset = 0;
  let carried: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const fresh of bytes) {
    let chunk = carried.length > 0 ? Buffer.concat([carried, fresh]) : fresh;
    if (isFirst && chunk.length < 3) {
      carried = chunk;
      continue;
    }
    if (isFirst) {
      const foreign = foreignByteOrderMark(chunk);
      if (foreign)
        throw new AttuneError('bad-data', `${path} is ${foreign}, not UTF-8.`, {
          remedy: `Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW`,
        });
      if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) {
        chunk = chunk.subarray(3);
        offset = 3;
      }
      isFirst = false;
    }
    const complete = chunk.subarray(0, chunk.length - unfinishedCharacterBytes(chunk));
    carried = chunk.subarray(complete.length);
    if (!isUtf8(complete)) {
      yield* endAtFault(complete, offset, fault);
      return;
    }
    offset += complete.length;
    if (complete.length > 0) yield complete;
  }
  if (carried.length === 0) return;
  if (isUtf8(carried)) yield carried;
  else yield* endAtFault(carried, offset, fault);
}

function* endAtFault(chunk: Buffer, offset: number, fault: EncodingFault): Generator<Buffer> {
  const at = firstInvalidOffset(chunk);
  fault.found = { offset: offset + at, byte: chunk[at] };
  yield chunk.subarray(0, at);
  yield Buffer.from('\uFFFD');
}

/** The error for {@link EncodingFault}, once the reader knows the row; row 0 is the header. */
export function encodingError(path: string, row: number, found: { offset: number; byte: number }): AttuneError {
  const byte = `0x${found.byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return new AttuneError('bad-data', `${path}, ${rowName(row)}: the text is not UTF-8 (byte ${byte} at offset ${found.offset}).`, {
    remedy: 'Convert the file, for example: iconv -f ISO-8859-1 -t UTF-8 FILE > NEW',
  });
}
