import { BlockBuilder, type DocumentContent } from './block-builder';

/** A text by its paragraphs, which blank lines part. */
export function readPlain(text: string): DocumentContent {
  const builder = new BlockBuilder();
  for (const paragraph of text.split(/\r?\n[^\S\n]*\r?\n/)) {
    builder.add(paragraph);
    builder.end();
  }
  return { title: undefined, blocks: builder.blocks };
}
