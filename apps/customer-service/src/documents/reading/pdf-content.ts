import { cleanText, type DocumentContent } from './block-builder';
import { toBlocks, type PdfLine } from './pdf-lines';
import { RefusedDocument } from './refused-document';

const MOST_PAGES = 2_000;
/** Of fonts that are named and not taken along, whose letters have numbers by a table elsewhere, such as GBK-EUC-H. */
const WITHOUT_LETTERS =
  'The fonts of this PDF are not in it, so that its letters cannot be read. Save it anew with its fonts embedded, as PDF/A does.';

/**
 * The text of a PDF by its headings, which are known by their size, and its paragraphs. Nothing in it runs.
 *
 * @throws RefusedDocument where it is broken, encrypted, or holds pictures of text alone
 */
export async function readPdf(bytes: Uint8Array): Promise<DocumentContent> {
  const { getDocumentProxy } = await import('unpdf');
  let pages: PdfLine[][];
  let title: string | undefined;
  try {
    const wanted = new Set<string>();
    const pdf = await getDocumentProxy(bytes, {
      verbosity: 0,
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      BinaryDataFactory: noFiles((kind) => wanted.add(kind)),
    });
    if (pdf.numPages > MOST_PAGES)
      throw new RefusedDocument('unprocessable', `A PDF may have up to ${MOST_PAGES} pages. Send it in parts.`);
    title = titleOf((await pdf.getMetadata()).info);
    pages = [];
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      pages.push(linesOf((await page.getTextContent()).items));
      page.cleanup();
    }
    await pdf.destroy();
    if (wanted.has('cMapUrl')) throw new RefusedDocument('unprocessable', WITHOUT_LETTERS);
  } catch (error) {
    throw refusalOf(error);
  }
  const blocks = toBlocks(pages);
  if (blocks.length === 0)
    throw new RefusedDocument('unprocessable', 'There is no text in this PDF, only pictures. Run text recognition (OCR) over it first.');
  return { title, blocks };
}

/** What pdf.js gets files beside the PDF from: there are none here. @param onWanted told what kind one was wanted of */
function noFiles(onWanted: (kind: string) => void): new () => object {
  return class {
    fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
      onWanted(kind);
      return Promise.reject(new Error(`There is no ${filename} here.`));
    }
  };
}

function refusalOf(error: unknown): RefusedDocument {
  if (error instanceof RefusedDocument) return error;
  const name = error instanceof Error ? error.name : '';
  return name === 'PasswordException'
    ? new RefusedDocument('unprocessable', 'This PDF is encrypted. Save it without a password first.')
    : new RefusedDocument('malformed-body', 'This PDF is broken: it cannot be read. Save it anew.');
}

/** What a PDF calls itself; programs that make PDFs often write a file's name there. */
function titleOf(info: object): string | undefined {
  const { Title: title } = info as { Title?: unknown };
  if (typeof title !== 'string') return undefined;
  const text = cleanText(title);
  return /\p{L}/u.test(text) && !/\.\w{2,5}$/.test(text) ? text : undefined;
}

/** The items of a page as its lines, in their order. */
function linesOf(items: readonly object[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let text = '';
  let size = 0;
  let y = 0;
  for (const item of items as readonly { str?: string; hasEOL?: boolean; height?: number; transform?: number[] }[]) {
    if (item.str === undefined) continue;
    if (item.str.trim() !== '') {
      size = Math.max(size, item.height ?? 0);
      y = item.transform?.[5] ?? y;
    }
    text += item.str;
    if (item.hasEOL !== true) continue;
    lines.push({ text: cleanText(text), size, y });
    text = '';
    size = 0;
  }
  lines.push({ text: cleanText(text), size, y });
  return lines.filter((line) => line.text !== '');
}
