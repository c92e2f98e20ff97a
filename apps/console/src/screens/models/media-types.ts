/** Media types of data sets by the ends of their files' names. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  tab: 'text/tab-separated-values',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
};

export const FILE_ENDS = Object.keys(MEDIA_TYPES).map((end) => `.${end}`);

/** Undefined where the name is not one of a data set. */
export function mediaTypeOf(fileName: string): string | undefined {
  return MEDIA_TYPES[/\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? ''];
}

/** A name for the data set of a file: the file's own without its end. */
export function nameOfFile(fileName: string): string {
  return fileName.replace(/\.[a-z]+$/i, '');
}
