import { loadTokenizer, type Tokenizer } from '@attune/artifact';
import { splitPassages } from '@attune/dialogue';
import { splitSentences } from '@attune/opinion';
import type { DocumentContent } from './block-builder';
import { decodeText } from './decode-text';
import { readHtml } from './html-content';
import { readMarkdown } from './markdown-content';
import { readPdf } from './pdf-content';
import { readPlain } from './plain-content';
import type { ReadDocument, ReadingTask } from './reading-protocol';
import { RefusedDocument } from './refused-document';

/** More passages than a long manual has. */
const MOST_PASSAGES = 5_000;
const MOST_TITLE = 300;
/** More tokens than a sentence has; a longer one is split anyway. */
const MOST_COUNTED = 4_096;
const tokenizers = new Map<string, Promise<Tokenizer>>();

/**
 * Reads a document and splits it into passages that the encoder reads whole.
 *
 * @throws RefusedDocument that says why it cannot be taken in
 */
export async function readDocument(task: ReadingTask): Promise<ReadDocument> {
  const { title, blocks } = await contentOf(task);
  const named = (task.title ?? title ?? blocks.find(({ kind }) => kind === 'heading')?.text)?.slice(0, MOST_TITLE).trim();
  if (named === undefined || named === '')
    throw new RefusedDocument('unprocessable', 'This document does not say what it is called. Name it with ?title=.');
  const { directory, maxLength } = task.tokenization;
  const tokenizer = await tokenizerOf(directory);
  const added = tokenizer.encode('', undefined, maxLength).inputIds.length;
  const passages = splitPassages(named, blocks, {
    budget: maxLength - added,
    countTokens: (text) => tokenizer.encode(text, undefined, MOST_COUNTED).inputIds.length - added,
    sentencesOf: (text) => splitSentences(text).map(({ start, end }) => text.slice(start, end)),
  });
  if (passages.length === 0) throw new RefusedDocument('unprocessable', 'There is no text in this document.');
  if (passages.length > MOST_PASSAGES)
    throw new RefusedDocument(
      'unprocessable',
      `This document has ${passages.length} passages; ${MOST_PASSAGES} are taken. Send it in parts.`,
    );
  return { title: named, passages };
}

async function contentOf({ bytes, mediaType, charset }: ReadingTask): Promise<DocumentContent> {
  switch (mediaType) {
    case 'application/pdf':
      return readPdf(bytes);
    case 'text/html':
      return readHtml(decodeText(bytes, charset, true));
    case 'text/markdown':
      return readMarkdown(decodeText(bytes, charset, false));
    case 'text/plain':
      return readPlain(decodeText(bytes, charset, false));
  }
}

function tokenizerOf(directory: string): Promise<Tokenizer> {
  const known = tokenizers.get(directory);
  if (known !== undefined) return known;
  const loaded = loadTokenizer(directory);
  tokenizers.set(directory, loaded);
  return loaded;
}
