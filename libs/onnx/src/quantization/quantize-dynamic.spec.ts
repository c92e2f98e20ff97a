import { families, largestDifference, readFixture, singleRow } from '../../test/fixture';
import { buildEncoderModel } from '../encoder/build-encoder-model';
import { DataType, decodeModel } from '../protobuf/onnx-model';
import { OnnxSession, type SessionInput, type SessionOutput } from '../session/onnx-session';
import { quantizeDynamic } from './quantize-dynamic';

describe('quantizeDynamic', () => {
  const { config, weights, head, batch } = readFixture('bert');
  const fp32 = buildEncoderModel({ config, weights, head, outputs: ['logits', 'embedding'] });
  const run = async (model: Uint8Array): Promise<Record<string, SessionOutput>> => {
    const session = await OnnxSession.open(model);
    const outputs = await session.run(batch);
    await session.close();
    return outputs;
  };
  const cosine = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, index) => sum + value * b[index], 0) / (Math.hypot(...a) * Math.hypot(...b));

  it('gives nearly the same embeddings and logits', async () => {
    const [exact, quantised] = [await run(fp32), await run(quantizeDynamic(fp32, { smallestTable: 0 }))];
    for (let row = 0; row < batch.rows; row++) {
      const of = ({ values }: SessionOutput): Float32Array => values.subarray(row * config.hiddenSize, (row + 1) * config.hiddenSize);
      expect(cosine(of(exact.embedding), of(quantised.embedding))).toBeGreaterThan(0.98);
    }
    expect(cosine(exact.logits.values, quantised.logits.values)).toBeGreaterThan(0.98);
  });

  it('holds weights of products in 7 bits with a scale an output, and shares quantised activations', () => {
    const { graph } = decodeModel(quantizeDynamic(fp32));
    const tensor = graph.initializer.find(({ name }) => name === 'encoder.layer.0.intermediate.dense.weight.transposed/quantized');
    expect(tensor).toMatchObject({ dataType: DataType.int8, dims: [config.hiddenSize, config.intermediateSize] });
    expect(Math.max(...new Int8Array(Uint8Array.from(tensor?.rawData ?? []).buffer).map(Math.abs))).toBe(63);
    const scale = graph.initializer.find(({ name }) => name === 'encoder.layer.0.intermediate.dense.weight.transposed/scale');
    expect(scale?.dims).toEqual([config.intermediateSize]);
    const operators = graph.node.map(({ opType }) => opType);
    // Six products a layer; query, key and value read the same activations.
    expect(operators.filter((operator) => operator === 'MatMulIntegerToFloat')).toHaveLength(6 * config.layers);
    expect(operators.filter((operator) => operator === 'QuantizeLinear')).toHaveLength(4 * config.layers);
  });

  it('leaves no unused tensor, and the head in float32', () => {
    const { graph } = decodeModel(quantizeDynamic(fp32, { smallestTable: 0 }));
    const used = new Set(graph.node.flatMap(({ input }) => input));
    expect(graph.initializer.filter(({ name }) => !used.has(name))).toEqual([]);
    expect(graph.initializer.find(({ name }) => name === 'head.output.weight.transposed')?.dataType).toBe(DataType.float);
    expect(graph.initializer.find(({ name }) => name === 'embeddings.word_embeddings.weight/quantized')?.dataType).toBe(DataType.int8);
  });

  it('quantises tables from a size on, and none where told so', () => {
    const tables = (options: { smallestTable?: number; embeddings?: boolean }): number =>
      decodeModel(quantizeDynamic(fp32, options)).graph.initializer.filter(
        ({ name }) => name.startsWith('embeddings.') && name.endsWith('/quantized'),
      ).length;
    expect(tables({ smallestTable: config.vocabularySize * config.hiddenSize })).toBe(1);
    expect(tables({ smallestTable: 0 })).toBe(2);
    expect(tables({})).toBe(0);
    expect(tables({ smallestTable: 0, embeddings: false })).toBe(0);
  });
});

describe.each(families)('quantizeDynamic, %s', (family) => {
  const fixture = readFixture(family);
  const { config, weights, head, batch, lengths } = fixture;
  const labels = head.shape.labels.length;

  /** The batch with more padding behind every row. */
  function padded(more: number): SessionInput {
    const tokens = batch.tokens + more;
    const widen = (values: Int32Array, filler: number): Int32Array => {
      const wide = new Int32Array(batch.rows * tokens).fill(filler);
      for (let row = 0; row < batch.rows; row++) wide.set(values.subarray(row * batch.tokens, (row + 1) * batch.tokens), row * tokens);
      return wide;
    };
    return {
      rows: batch.rows,
      tokens,
      inputIds: widen(batch.inputIds, config.padTokenId),
      attentionMask: widen(batch.attentionMask, 0),
      ...(batch.tokenTypeIds !== undefined && { tokenTypeIds: widen(batch.tokenTypeIds, 0) }),
    };
  }

  it('says the same of a text alone, beside others, and with more padding', async () => {
    const fp32 = buildEncoderModel({ config, weights, head, outputs: ['logits', 'embedding'] });
    const session = await OnnxSession.open(quantizeDynamic(fp32, { smallestTable: 0 }));
    const [together, apart] = [await session.run(batch), await session.run(padded(9))];
    expect(largestDifference(apart.logits.values, together.logits.values)).toBeLessThanOrEqual(1e-5);
    expect(largestDifference(apart.embedding.values, together.embedding.values)).toBeLessThanOrEqual(1e-5);
    expect(new Set(lengths).size).toBeGreaterThan(1);
    for (let row = 0; row < batch.rows; row++) {
      const alone = await session.run(singleRow(fixture, row));
      const beside = (values: Float32Array, width: number): Float32Array => values.subarray(row * width, (row + 1) * width);
      expect(largestDifference(alone.logits.values, beside(together.logits.values, labels))).toBeLessThanOrEqual(1e-5);
      expect(largestDifference(alone.embedding.values, beside(together.embedding.values, config.hiddenSize))).toBeLessThanOrEqual(1e-5);
    }
    await session.close();
  });
});
