import type { MarketDocument } from '@attune/contracts';
import { formatCount } from '../terminal';
import { readLines, type NumberedLine } from './lines';

/** What a first look at a file of documents found. */
export interface DocumentFile {
  readonly path: string;
  /** Documents that are taken at most; the file may hold more. */
  readonly limit: number;
  readonly documents: number;
  /** Milliseconds since 1970 of the earliest and the latest publication. */
  readonly earliest: number;
  readonly latest: number;
  /** The first line whose document was published before the one above it; undefined where the file is in order. */
  readonly firstOutOfOrder: number | undefined;
}

interface ParsedLine {
  readonly line: number;
  readonly publishedAt: number;
  readonly document: MarketDocument;
}

/**
 * Looks through a file with one market document a line, plain or `.gz`, so that its faults show before anything is done with it.
 *
 * @param limit take the first so many documents only
 * @throws AttuneError `missing-file`; `bad-data` naming the line that holds no document
 */
export async function inspectDocuments(path: string, signal: AbortSignal, limit = Infinity): Promise<DocumentFile> {
  let [documents, earliest, latest, before] = [0, Infinity, -Infinity, -Infinity];
  let firstOutOfOrder: number | undefined;
  for await (const { line, publishedAt } of parseDocuments(path, limit, signal)) {
    if (publishedAt < before) firstOutOfOrder ??= line;
    before = publishedAt;
    earliest = Math.min(earliest, publishedAt);
    latest = Math.max(latest, publishedAt);
    documents += 1;
  }
  if (documents > 0) return { path, limit, documents, earliest, latest, firstOutOfOrder };
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('bad-data', `${path} holds no documents.`, { remedy: 'It needs one JSON object a line.' });
}

/**
 * The documents of a file in the order of their publication. A file in order is streamed; another is sorted in memory, where documents
 * of one time keep the order of the file.
 */
export async function* readDocuments({ path, limit, firstOutOfOrder }: DocumentFile, signal: AbortSignal): AsyncGenerator<MarketDocument> {
  const parsed = parseDocuments(path, limit, signal);
  if (firstOutOfOrder === undefined) {
    for await (const { document } of parsed) yield document;
    return;
  }
  const all: ParsedLine[] = [];
  for await (const each of parsed) all.push(each);
  all.sort((one, other) => one.publishedAt - other.publishedAt);
  for (const { document } of all) yield document;
}

/** What to tell the reader of a file that is out of order; undefined where it is in order. */
export function orderNotice({ path, documents, firstOutOfOrder }: DocumentFile): string | undefined {
  if (firstOutOfOrder === undefined) return undefined;
  return `${path} is not in the order of publishedAt: line ${firstOutOfOrder} is older than the one before it. Its ${formatCount(documents)} documents are sorted in memory.`;
}

async function* parseDocuments(path: string, limit: number, signal: AbortSignal): AsyncGenerator<ParsedLine> {
  const { marketDocumentSchema } = await import('@attune/contracts');
  let taken = 0;
  for await (const numbered of readLines(path, signal)) {
    const parsed = marketDocumentSchema.safeParse(await parseJson(path, numbered));
    if (!parsed.success) throw await notADocument(path, numbered.line, parsed.error.issues[0]);
    yield { line: numbered.line, publishedAt: Date.parse(parsed.data.publishedAt), document: parsed.data };
    if (++taken >= limit) return;
  }
}

async function parseJson(path: string, { line, text }: NumberedLine): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('bad-data', `${path}, line ${line} is not JSON.`, { remedy: 'The file needs one JSON object a line.', cause });
  }
}

async function notADocument(path: string, line: number, issue: { path: PropertyKey[]; message: string }): Promise<Error> {
  const { AttuneError } = await import('@attune/artifact');
  const field = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return new AttuneError('bad-data', `${path}, line ${line} is no document: ${field}${issue.message}.`, {
    remedy: 'A document has id, source, publishedAt (such as 2026-03-01T09:30:00Z) and text; title, url and language may be there.',
  });
}
