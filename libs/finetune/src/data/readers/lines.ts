import { decodableText, readBytes, type EncodingFault, type ReadOptions } from './source-bytes';
import { MAX_ROW_BYTES } from './source-row';

/** Lines that were read at once, without their ends. */
export interface Lines {
  lines: string[];
  /** The one line is where the text stops being UTF-8. */
  isFaulty: boolean;
}

/** The lines of a text file, as they come; an endless one is passed on once it is longer than a row may be. */
export async function* lineChunks(path: string, options: ReadOptions, fault: EncodingFault): AsyncGenerator<Lines> {
  let rest = '';
  for await (const chunk of decodableText(path, readBytes(path, options), fault)) {
    const text = chunk.toString('utf8');
    const end = text.lastIndexOf('\n');
    if (end >= 0) yield { lines: (rest + text.slice(0, end)).split('\n'), isFaulty: false };
    rest = end >= 0 ? text.slice(end + 1) : rest + text;
    if (rest.length > MAX_ROW_BYTES) yield { lines: [rest], isFaulty: false };
  }
  if (rest !== '') yield { lines: [rest], isFaulty: fault.found !== undefined };
}
