/** Label of a classification; several of a multi-label task; a number of a regression. */
export type Label = string | string[] | number;

/** One labelled text, or pair of texts, as read and normalised. */
export interface Example {
  text: string;
  pair?: string;
  /** Of the first task, where there are several; absent when only predicting, and where the row has none for that task. */
  label?: Label;
  /** Labels of the further tasks by their names, as far as the row has any. */
  otherLabels?: Record<string, Label>;
  /** Rows of one group never stand on both sides of a split. */
  group?: string;
  /** Milliseconds since the epoch, for time-ordered splits. */
  time?: number;
  /** Value by which rows are evaluated apart, as text. */
  slice?: string;
  /** Whether it is a row of earlier data that is trained on again. */
  replayed?: true;
  /** Row in its file, counted from 1 without the header, for messages. */
  row: number;
}

/** An example after the tokeniser. */
export interface EncodedExample {
  /** Token ids with special tokens, truncated to the maximum length. */
  inputIds: Int32Array;
  /** Segment ids, same length; absent where the encoder has none. */
  tokenTypeIds?: Int32Array;
  /**
   * Index of the label (classification), a 0/1 vector (multi-label), or the number (regression). Of several tasks, these one after
   * the other, NaN where the row has no label for a task.
   */
  target: number | Float32Array;
  /** Position in the data set, stable over shuffles. */
  index: number;
}

/** A padded batch. `batch` is its rows, `tokens` the length of its own longest row. */
export interface Batch {
  rows: number;
  tokens: number;
  /** `[batch × tokens]`, padded with the encoder's padding id. */
  inputIds: Int32Array;
  /** `[batch × tokens]`, 1 on real tokens. */
  attentionMask: Int32Array;
  /** `[batch × tokens]`; absent where the encoder has none. */
  tokenTypeIds?: Int32Array;
  /** `[batch]` label indices, or `[batch × labels]` 0/1, or `[batch]` numbers. */
  targets: Float32Array;
  /** Real tokens of each row. */
  lengths: Int32Array;
  /** `index` of each row's example. */
  indices: Int32Array;
  /** Place of each row's gap, row × tokens + token, where texts stand in sentences with one. */
  gaps?: Int32Array;
  /** Places of a soft prompt before the tokens of each row, counted in `tokens` and `lengths`. */
  promptTokens?: number;
}
