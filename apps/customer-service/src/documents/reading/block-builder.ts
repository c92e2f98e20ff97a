import type { DocumentBlock } from '@attune/dialogue';

/** What a document says, in its order. */
export interface DocumentContent {
  /** What it calls itself. */
  readonly title: string | undefined;
  readonly blocks: readonly DocumentBlock[];
}

/** Collects blocks as text, letter by letter, becomes known. */
export class BlockBuilder {
  readonly blocks: DocumentBlock[] = [];
  private open = '';

  add(text: string): void {
    this.open += text;
  }

  /** Ends the block that is open, if it says anything. @param level of a heading; a text without it */
  end(level?: number): void {
    const text = cleanText(this.open);
    this.open = '';
    if (!/[\p{L}\p{N}]/u.test(text)) return;
    this.blocks.push(level === undefined ? { kind: 'text', text } : { kind: 'heading', level, text: text.replaceAll('\n', ' ') });
  }
}

/** A text in Unicode NFC without control characters and halves of surrogate pairs, with single spaces, and line breaks only where there were some. */
export function cleanText(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '')
    .normalize('NFC')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/(?!\n)[\p{Cc}\u200b\u2060\ufeff\u00ad]/gu, '')
    .replace(/ ?\n[\n ]*/g, '\n')
    .trim();
}
