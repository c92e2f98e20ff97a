import { AttuneError } from '@attune/artifact';
import type { AsyncBuffer } from 'hyparquet';
import { open } from 'node:fs/promises';
import { readBytes, readError, throwIfInterrupted, type ReadOptions } from './source-bytes';
import { MAX_ROW_BYTES, rowTooLarge, type SelectColumns, type SourceRow } from './source-row';

/** Rows decoded at once, so that memory follows this and not the file's row groups. */
const ROWS_AT_ONCE = 4096;

interface OpenFile {
  buffer: AsyncBuffer;
  close(): Promise<void>;
}

async function openFile(path: string, isGzip: boolean, options: ReadOptions): Promise<OpenFile> {
  if (isGzip || options.hash) {
    const chunks: Buffer[] = [];
    for await (const chunk of readBytes(path, options)) if (isGzip) chunks.push(chunk);
    if (isGzip) {
      const bytes = Uint8Array.from(Buffer.concat(chunks)).buffer;
      return { buffer: bytes, close: () => Promise.resolve() };
    }
  }
  const handle = await open(path).catch((cause: unknown) => Promise.reject(readError(path, cause)));
  const { size } = await handle.stat();
  const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    if (bytesRead < bytes.length) throw new RangeError('the file ends early');
    return bytes.buffer;
  };
  return { buffer: { byteLength: size, slice }, close: () => handle.close() };
}

/** 64-bit integers as numbers where these are exact, else as their digits, so that a row can be written as JSON. */
function withoutBigInts(cell: unknown): unknown {
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  return Array.isArray(cell) ? cell.map(withoutBigInts) : cell;
}

/**
 * Rows of a Parquet file, a slice of a row group at a time. Only the selected columns are decoded.
 * @throws AttuneError `bad-data` where the file is not Parquet or is cut off.
 */
export async function* readParquet(path: string, isGzip: boolean, select: SelectColumns, options: ReadOptions): AsyncGenerator<SourceRow> {
  // Both packages are ES modules; a dynamic import loads them from CommonJS, and only when a Parquet file is read.
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const { buffer: file, close } = await openFile(path, isGzip, options);
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = select(parquetSchema(metadata).children.map((child) => child.element.name));
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += ROWS_AT_ONCE) {
      throwIfInterrupted(options.signal);
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, total);
      const rows: Record<string, unknown>[] = await parquetReadObjects({ file, metadata, compressors, columns, rowStart, rowEnd });
      for (const [offset, values] of rows.entries()) {
        const row = rowStart + offset + 1;
        if (Object.values(values).some((cell) => typeof cell === 'string' && cell.length > MAX_ROW_BYTES)) {
          throw rowTooLarge(path, row, 'Split the text.');
        }
        for (const column of columns) values[column] = withoutBigInts(values[column]);
        yield { row, values };
      }
    }
  } catch (cause) {
    if (cause instanceof AttuneError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AttuneError('bad-data', `${path} is not sound Parquet: ${reason}`, { remedy: 'Write or copy the file again.', cause });
  } finally {
    await close();
  }
}
