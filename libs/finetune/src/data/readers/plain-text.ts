import { lineChunks } from './lines';
import { encodingError, type EncodingFault, type ReadOptions } from './source-bytes';
import { MAX_ROW_BYTES, rowTooLarge, type SourceRow } from './source-row';

/** Column that stands for the line. */
export const LINE = 'text';

/**
 * Lines of a plain text file, streamed, each a row with the one column {@link LINE}; blank ones are passed over but counted, so that rows
 * are the lines that an editor shows.
 * @throws AttuneError `bad-data` naming file and row: not UTF-8, or too large.
 */
export async function* readPlainText(path: string, options: ReadOptions): AsyncGenerator<SourceRow> {
  const fault: EncodingFault = {};
  let row = 0;
  for await (const { lines, isFaulty } of lineChunks(path, options, fault)) {
    for (const line of lines) {
      row++;
      if (isFaulty && fault.found) throw encodingError(path, row, fault.found);
      if (line.length > MAX_ROW_BYTES) throw rowTooLarge(path, row, 'Break the text into lines.');
      if (line.trim() !== '') yield { row, values: { [LINE]: line } };
    }
  }
}
