import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EncoderConfig, HeadShape, NamedTensor, Pooling } from '@attune/artifact';
import type { EncoderModel, SessionInput } from '../src';

/** What tools/fixtures/onnx_models.py writes. */
interface FixtureFile {
  config: EncoderConfig;
  headActivation: 'tanh' | 'relu';
  labels: number;
  parameters: Record<string, { shape: number[]; values: string }>;
  rows: number;
  tokens: number;
  lengths: number[];
  inputIds: number[];
  attentionMask: number[];
  tokenTypeIds?: number[];
  lastHiddenState: string;
  logits: string;
}

export interface Fixture {
  config: EncoderConfig;
  weights: Map<string, NamedTensor>;
  head: NonNullable<EncoderModel['head']>;
  batch: SessionInput & { inputIds: Int32Array; attentionMask: Int32Array; tokenTypeIds?: Int32Array };
  lengths: number[];
  /** Of Python transformers: `[rows, tokens, hidden]` and `[rows, labels]`. */
  lastHiddenState: Float32Array;
  logits: Float32Array;
}

export const families = ['bert', 'roberta', 'xlm-roberta', 'distilbert', 'mpnet', 'gpt2'];

export function headShape(labels: number, pooling: Pooling): HeadShape {
  return { task: 'classification', pooling, labels: Array.from({ length: labels }, (_, index) => `label ${index}`) };
}

export function readFixture(family: string): Fixture {
  const file = JSON.parse(readFileSync(join(__dirname, 'fixtures', `${family}.json`), 'utf8')) as FixtureFile;
  return {
    config: file.config,
    weights: new Map(Object.entries(file.parameters).map(([name, { shape, values }]) => [name, { shape, values: floats(values) }])),
    head: { shape: headShape(file.labels, 'pooler'), activation: file.headActivation },
    batch: {
      rows: file.rows,
      tokens: file.tokens,
      inputIds: Int32Array.from(file.inputIds),
      attentionMask: Int32Array.from(file.attentionMask),
      ...(file.tokenTypeIds === undefined ? {} : { tokenTypeIds: Int32Array.from(file.tokenTypeIds) }),
    },
    lengths: file.lengths,
    lastHiddenState: floats(file.lastHiddenState),
    logits: floats(file.logits),
  };
}

/** One row of the batch, without its padding. */
export function singleRow({ batch, lengths }: Fixture, row: number): SessionInput {
  const start = row * batch.tokens;
  const cut = (values: Int32Array): Int32Array => values.slice(start, start + lengths[row]);
  return {
    rows: 1,
    tokens: lengths[row],
    inputIds: cut(batch.inputIds),
    attentionMask: cut(batch.attentionMask),
    ...(batch.tokenTypeIds === undefined ? {} : { tokenTypeIds: cut(batch.tokenTypeIds) }),
  };
}

export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, not ${expected.length}`);
  return Array.from(actual).reduce((largest, value, index) => {
    const difference = Math.abs(value - expected[index]);
    return Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }, 0);
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}
