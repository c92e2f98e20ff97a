/** A part of a document as it is read, in order: a heading, or a paragraph, item or row of its own. */
export type DocumentBlock =
  | { readonly kind: 'heading'; /** 1 is the outermost. */ readonly level: number; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };
