import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Encoders with a masked-language-model head, written by tools/fixtures/masked_lm.py. */
export type MaskedLmFixtureName = 'bert-mlm' | 'roberta-mlm' | 'distilbert-mlm' | 'mpnet-mlm';

/** Folders under libs/testing/fixtures/encoders, the others written by tools/fixtures/encoders.py, and by causal_lm.py a GPT-2 with its language-model head. */
export type EncoderFixtureName =
  | MaskedLmFixtureName
  | 'bert'
  | 'roberta'
  | 'xlm-roberta'
  | 'distilbert'
  | 'mpnet'
  | 'gpt2'
  | 'gpt2-lm'
  | 'bert-f16'
  | 'bert-bf16'
  | 'all-MiniLM-L6-v2';

/** A batch whose outcome Python computed. */
export interface EncoderFixtureCase {
  /** `<name>.hidden` and `<name>.logits` in expected.safetensors are its outcome. */
  name: string;
  rows: number;
  tokens: number;
  inputIds: Int32Array;
  attentionMask: Int32Array;
  tokenTypeIds?: Int32Array;
  /** Of masked language models: the places, row × tokens + token, whose logits are `<name>.words` in expected.safetensors. */
  places?: Int32Array;
}

export interface EncoderFixture {
  /**
   * Holds config.json and model.safetensors (not for the default encoder), expected.safetensors and, in F32 families,
   * gradients.safetensors: those of the mean cross-entropy of the case `padded` with `labels`.
   */
  directory: string;
  cases: EncoderFixtureCase[];
  /** Label index of each row of the case `padded`; of masked language models, the word at each of its places. */
  labels: number[];
  /** The texts of the case `padded`, for the default encoder. */
  sentences: string[];
}

interface StoredCase {
  inputIds: number[][];
  attentionMask: number[][];
  tokenTypeIds?: number[][];
  places?: number[];
}

/** Reads the inputs of an encoder fixture. */
export function encoderFixture(name: EncoderFixtureName): EncoderFixture {
  const directory = join(__dirname, '../fixtures/encoders', name);
  const stored = JSON.parse(readFileSync(join(directory, 'cases.json'), 'utf8')) as {
    cases: Record<string, StoredCase>;
    labels?: number[];
    sentences?: string[];
  };
  const cases = Object.entries(stored.cases).map(([caseName, { inputIds, attentionMask, tokenTypeIds, places }]) => ({
    name: caseName,
    rows: inputIds.length,
    tokens: inputIds[0].length,
    inputIds: Int32Array.from(inputIds.flat()),
    attentionMask: Int32Array.from(attentionMask.flat()),
    ...(tokenTypeIds === undefined ? {} : { tokenTypeIds: Int32Array.from(tokenTypeIds.flat()) }),
    ...(places && { places: Int32Array.from(places) }),
  }));
  return { directory, cases, labels: stored.labels ?? [], sentences: stored.sentences ?? [] };
}
