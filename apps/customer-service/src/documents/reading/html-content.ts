import { BlockBuilder, cleanText, type DocumentContent } from './block-builder';

/** Elements whose content is no text of the page: programs, styles, other documents, and ways to other pages. */
const UNREAD = new Set(
  'script style template noscript iframe frame object embed svg math canvas audio video nav select textarea button dialog'.split(' '),
);
/** Elements that stand on lines of their own. */
const BLOCKS = new Set(
  'address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form header hgroup hr html legend li main menu ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
/** Cells of a row belong together. */
const CELLS = new Set(['td', 'th']);
const HEADING = /^h([1-6])$/;

/**
 * The text of a page by its headings and blocks. Only text is taken: no script runs, nothing is fetched, no attribute is kept. What is
 * hidden from readers is left out.
 */
export async function readHtml(html: string): Promise<DocumentContent> {
  const { Parser } = await import('htmlparser2');
  const builder = new BlockBuilder();
  let title = '';
  /** Of each open element, whether it is read. */
  const reads: boolean[] = [];
  let isTitle = false;
  const parser = new Parser({
    onopentag(name, attributes) {
      const level = HEADING.exec(name);
      if (level !== null || (BLOCKS.has(name) && !CELLS.has(name))) builder.end();
      else if (CELLS.has(name)) builder.add(' ');
      else if (name === 'br') builder.add('\n');
      isTitle = name === 'title' && title === '';
      reads.push((reads.at(-1) ?? true) && !UNREAD.has(name) && name !== 'title' && !isHidden(attributes));
    },
    ontext(text) {
      if (isTitle) title += text;
      else if (reads.at(-1) ?? true) builder.add(text.replace(/\s+/g, ' '));
    },
    onclosetag(name) {
      const level = HEADING.exec(name);
      const isRead = reads.pop() ?? true;
      if (level !== null) builder.end(isRead ? Number(level[1]) : undefined);
      else if (BLOCKS.has(name) && !CELLS.has(name)) builder.end();
      if (name === 'title') isTitle = false;
    },
  });
  parser.write(html);
  parser.end();
  builder.end();
  const named = cleanText(title);
  return { title: named === '' ? undefined : named, blocks: builder.blocks };
}

function isHidden({ hidden, style, 'aria-hidden': aria }: Readonly<Record<string, string>>): boolean {
  return hidden !== undefined || aria === 'true' || /(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style ?? '');
}
