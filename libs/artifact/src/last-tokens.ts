/** The part of a batch that says where its rows end. */
export interface PaddedIds {
  rows: number;
  tokens: number;
  /** `[rows × tokens]` */
  inputIds: Int32Array;
}

/**
 * The place, row × tokens + token, of the last token of each row that is not the padding id, as `GPT2ForSequenceClassification` finds it: by
 * the ids alone, whatever the attention mask says. The first place of a row that has none.
 */
export function lastTokens({ rows, tokens, inputIds }: PaddedIds, padTokenId: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let last = tokens - 1;
    while (last > 0 && inputIds[row * tokens + last] === padTokenId) last--;
    return row * tokens + last;
  });
}
