import { padBatch } from '../data/batches';
import type { Batch, EncodedExample } from '../data/example';
import type { Random } from '../random';
import type { WordMasking } from './whole-word-masking';

/** A batch, and the words of it that a network is asked for. */
export interface AskedBatch {
  batch: Batch;
  /** row × tokens + token: where a word is hidden, or, of a causal encoder, what it follows. */
  places: Int32Array;
  /** The words that belong there. */
  words: Int32Array;
}

/** Makes a batch of rows, and chooses the words that are asked for; `randomOf` gives a row's draws. */
export type AskWords = (rows: EncodedExample[], padTokenId: number, randomOf: (row: EncodedExample) => Random) => AskedBatch;

/** Asks for words that it hides, or changes for others (Devlin et al. 2019). */
export function hiddenWords(masking: WordMasking): AskWords {
  return (rows, padTokenId, randomOf) => {
    const masked = rows.map((row) => masking.apply(row.inputIds, randomOf(row)));
    const batch = padBatch(
      rows.map((row, place) => ({ ...row, inputIds: masked[place].inputIds })),
      padTokenId,
    );
    return {
      batch,
      places: Int32Array.from(masked.flatMap(({ places }, row) => Array.from(places, (place) => row * batch.tokens + place))),
      words: Int32Array.from(masked.flatMap(({ words }) => [...words])),
    };
  };
}

/** Asks a causal encoder for the word after every one (Radford et al. 2019). */
export const followingWords: AskWords = (rows, padTokenId) => {
  const batch = padBatch(rows, padTokenId);
  return { batch, ...nextWords(batch) };
};

/** Every real token of a batch but the last of its row, and the token after it; padding is neither. */
export function nextWords({ rows, tokens, lengths, inputIds }: Batch): Omit<AskedBatch, 'batch'> {
  const places: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let token = 0; token + 1 < lengths[row]; token++) places.push(row * tokens + token);
  }
  return { places: Int32Array.from(places), words: Int32Array.from(places, (place) => inputIds[place + 1]) };
}
