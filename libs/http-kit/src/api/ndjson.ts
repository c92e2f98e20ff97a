import { HttpProblem } from '../problems/http-problem';

/** A line longer than this is no document. */
const MAX_LINE_BYTES = 1024 * 1024;

/** A value of a body with one JSON value a line. */
export interface NdjsonLine {
  /** What is not JSON is its text, which no schema of an object accepts, so that it is refused at its place. */
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * The values of a body with one JSON value a line; blank lines are passed over.
 *
 * @throws HttpProblem `too-large` for a line that never ends
 */
export async function* readNdjson(body: AsyncIterable<Buffer>): AsyncGenerator<NdjsonLine> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield* parseLine(Buffer.concat([...parts, chunk.subarray(start, end)]));
      parts = [];
      bytes = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) throw new HttpProblem('too-large', { detail: `A line is longer than ${MAX_LINE_BYTES} bytes.` });
  }
  yield* parseLine(Buffer.concat(parts));
}

function* parseLine(line: Buffer): Generator<NdjsonLine> {
  const text = line.toString('utf8').trim();
  if (text === '') return;
  yield { value: parse(text), bytes: line.length };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
