import type { DocumentBlock } from '@attune/dialogue';

/** A line of a page. */
export interface PdfLine {
  readonly text: string;
  /** Height of its letters, in points. */
  readonly size: number;
  /** Height above the foot of the page, in points. */
  readonly y: number;
}

/** How much larger than the body a heading is, how long it may be, and how far apart paragraphs are, in sizes of letters. */
const HEADING = 1.12;
const MOST_HEADING_CHARACTERS = 200;
const PARAGRAPH = 1.7;
const DEEPEST = 6;
const BULLET = /^(?:[-*•‣◦–—·▪]|\d{1,2}[.)])\s/u;
/** A line on so many pages, and on this share of them, is a running head or foot. */
const RUNNING_PAGES = 3;
const RUNNING_SHARE = 0.5;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}。！？；：，、]$/u;

/** Blocks of the lines of pages. A PDF knows no paragraphs and headings: distance and size of its letters tell them. */
export function toBlocks(pages: readonly (readonly PdfLine[])[]): DocumentBlock[] {
  const kept = withoutRunningLines(pages);
  const body = commonSize(kept.flat());
  const levels = [
    ...new Set(
      kept
        .flat()
        .filter((line) => isHeading(line, body))
        .map(({ size }) => rounded(size)),
    ),
  ].sort((a, b) => b - a);
  const blocks: DocumentBlock[] = [];
  let before: PdfLine | undefined;
  for (const page of kept) {
    for (const [place, line] of page.entries()) {
      const last = blocks.at(-1);
      const level = isHeading(line, body) ? Math.min(DEEPEST, levels.indexOf(rounded(line.size)) + 1) : undefined;
      const goesOn = last !== undefined && before !== undefined && belongs(line, before, place === 0) && levelOf(last) === level;
      if (goesOn) blocks[blocks.length - 1] = { ...last, text: joinLines(last.text, line.text) };
      else blocks.push(level === undefined ? { kind: 'text', text: line.text } : { kind: 'heading', level, text: line.text });
      before = line;
    }
  }
  return blocks.filter(({ text }) => /[\p{L}\p{N}]/u.test(text));
}

function levelOf(block: DocumentBlock): number | undefined {
  return block.kind === 'heading' ? block.level : undefined;
}

/** Whether a line goes on with the one before: below it and near, or at the top of a page where that one had not ended. */
function belongs(line: PdfLine, before: PdfLine, isFirstOfPage: boolean): boolean {
  if (BULLET.test(line.text)) return false;
  if (isFirstOfPage) return !/[.!?:。！？：]["'”’)\]]?$/u.test(before.text);
  const distance = before.y - line.y;
  return distance >= -line.size && distance <= Math.max(line.size, before.size) * PARAGRAPH;
}

/** A word that was divided at the end of the line is put together again. */
function joinLines(text: string, more: string): string {
  if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(more)) return text.slice(0, -1) + more;
  return text + (UNSPACED.test(text) ? '' : ' ') + more;
}

function isHeading({ text, size }: PdfLine, body: number): boolean {
  return size >= body * HEADING && text.length <= MOST_HEADING_CHARACTERS && /\p{L}/u.test(text);
}

/** The size of most letters. */
function commonSize(lines: readonly PdfLine[]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of lines) counts.set(rounded(size), (counts.get(rounded(size)) ?? 0) + text.length);
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0])[0];
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}

/** Without what stands at the top or the foot of page after page, whatever its page number. */
function withoutRunningLines(pages: readonly (readonly PdfLine[])[]): PdfLine[][] {
  const form = ({ text }: PdfLine): string => text.replace(/\d+/g, '#');
  const counts = new Map<string, number>();
  for (const page of pages) {
    for (const edge of new Set([...page.slice(0, 1), ...page.slice(-1)].map(form))) counts.set(edge, (counts.get(edge) ?? 0) + 1);
  }
  const least = Math.max(RUNNING_PAGES, pages.length * RUNNING_SHARE);
  const isRunning = (line: PdfLine): boolean => (counts.get(form(line)) ?? 0) >= least;
  return pages.map((page) => page.filter((line, place) => !((place === 0 || place === page.length - 1) && isRunning(line))));
}
