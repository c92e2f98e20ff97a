import type { Batch } from '../data/example';

/** 1 for each token of a text, `[batch × tokens]`; padding is none, nor is a soft prompt. */
export function textTokens({ rows, tokens, lengths, promptTokens = 0 }: Batch): Uint8Array {
  const isText = new Uint8Array(rows * tokens);
  lengths.forEach((length, row) => isText.fill(1, row * tokens + promptTokens, row * tokens + length));
  return isText;
}

/** 1 for each token of the second text of a pair, its separator among them, `[batch × tokens]`; of a row with one text, for each of that. */
export function secondTextTokens(batch: Batch): Uint8Array {
  const { tokens, lengths, tokenTypeIds } = batch;
  const isText = textTokens(batch);
  if (tokenTypeIds === undefined) return isText;
  lengths.forEach((_, row) => {
    const [start, end] = [row * tokens, (row + 1) * tokens];
    if (!tokenTypeIds.subarray(start, end).some((type, at) => type === 1 && isText[start + at] === 1)) return;
    for (let place = start; place < end; place++) if (tokenTypeIds[place] !== 1) isText[place] = 0;
  });
  return isText;
}
