/** A part of a document with its place: `text` is `document[field].slice(start, end)`. */
export interface Sentence {
  readonly field: 'title' | 'text';
  /** UTF-16 offsets in the field. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
