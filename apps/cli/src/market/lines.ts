import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** A line longer than this is none of a text file of rows. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = '\uFEFF';

/** A line with its number, from 1. */
export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/**
 * Lines of a text file that are not blank, plain or compressed (`.gz`), read as they are asked for.
 *
 * @throws AttuneError `missing-file`; `bad-data` for a file that is not of its format, or a line without end
 */
export async function* readLines(path: string, signal: AbortSignal): AsyncGenerator<NumberedLine> {
  const { AttuneError } = await import('@attune/artifact');
  let line = 0;
  let parts: Buffer[] = [];
  let bytes = 0;
  const take = (end: Buffer): NumberedLine => {
    const text = Buffer.concat([...parts, end]).toString('utf8');
    parts = [];
    bytes = 0;
    return { line: ++line, text: (line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).trim() };
  };
  for await (const chunk of contentOf(path, signal)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const taken = take(chunk.subarray(start, end));
      if (taken.text !== '') yield taken;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) throw new AttuneError('bad-data', `${path}, line ${line + 1} is longer than ${MAX_LINE_BYTES} bytes.`);
  }
  const last = take(Buffer.alloc(0));
  if (last.text !== '') yield last;
}

async function* contentOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { signal });
  const unpacked = path.toLowerCase().endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (unpacked !== file) file.on('error', (error) => unpacked.destroy(error));
  try {
    yield* unpacked as AsyncIterable<Buffer>;
  } catch (cause) {
    const { AttuneError, fileErrorCode } = await import('@attune/artifact');
    const code = fileErrorCode(cause) ?? '';
    if (code === 'ENOENT') throw new AttuneError('missing-file', `There is no file ${path}.`, { cause });
    if (!code.startsWith('Z_')) throw cause;
    throw new AttuneError('bad-data', `${path} is no gzip file, or a damaged one.`, { cause });
  } finally {
    file.destroy();
  }
}
