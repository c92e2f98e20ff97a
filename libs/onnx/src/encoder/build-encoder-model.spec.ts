import { families, headShape, largestDifference, readFixture, singleRow, type Fixture } from '../../test/fixture';
import { decodeModel } from '../protobuf/onnx-model';
import { OnnxSession, type SessionInput, type SessionOutput } from '../session/onnx-session';
import { buildEncoderModel, type EncoderModel } from './build-encoder-model';

async function run(model: Uint8Array, input: SessionInput): Promise<Record<string, SessionOutput>> {
  const session = await OnnxSession.open(model);
  const outputs = await session.run(input);
  await session.close();
  return outputs;
}

function build(fixture: Fixture, options: Partial<EncoderModel> = {}): Uint8Array {
  return buildEncoderModel({ config: fixture.config, weights: fixture.weights, head: fixture.head, outputs: ['logits'], ...options });
}

/** The states of real tokens alone. */
function realStates(values: Float32Array, { batch, lengths, config }: Fixture): number[] {
  return lengths.flatMap((length, row) => {
    const start = row * batch.tokens * config.hiddenSize;
    return Array.from(values.subarray(start, start + length * config.hiddenSize));
  });
}

describe.each(families)('buildEncoderModel, %s', (family) => {
  const fixture = readFixture(family);
  const { batch, config, head } = fixture;
  const labels = head.shape.labels.length;

  it('gives the hidden states and logits of Python transformers on a padded batch', async () => {
    const outputs = await run(build(fixture, { outputs: ['logits', 'last_hidden_state'] }), batch);
    expect(outputs.logits.dims).toEqual([batch.rows, labels]);
    expect(outputs.last_hidden_state.dims).toEqual([batch.rows, batch.tokens, config.hiddenSize]);
    expect(largestDifference(outputs.logits.values, fixture.logits)).toBeLessThan(1e-4);
    expect(
      largestDifference(realStates(outputs.last_hidden_state.values, fixture), realStates(fixture.lastHiddenState, fixture)),
    ).toBeLessThan(1e-4);
  });

  it('gives a row without padding the same logits', async () => {
    const session = await OnnxSession.open(build(fixture));
    for (let row = 0; row < batch.rows; row++) {
      const { logits } = await session.run(singleRow(fixture, row));
      expect(largestDifference(logits.values, fixture.logits.subarray(row * labels, (row + 1) * labels))).toBeLessThan(1e-5);
    }
    await session.close();
  });

  it('computes the first state alone where nothing else is needed (of a causal encoder all), with the same logits', async () => {
    const pruned = build(fixture);
    const whole = build(fixture, { outputs: ['logits', 'last_hidden_state'] });
    expect(largestDifference((await run(pruned, batch)).logits.values, (await run(whole, batch)).logits.values)).toBeLessThan(1e-5);
    expect(decodeModel(pruned).graph.node.some((node) => node.name.startsWith('encoder.layer.1.first_state'))).toBe(!config.causal);
    expect(decodeModel(whole).graph.node.some((node) => node.name.startsWith('encoder.layer.1.first_state'))).toBe(false);
  });

  it('embeds a row as the normalised mean of its real tokens, and heads on that mean read the same', async () => {
    const weights = new Map(fixture.weights);
    weights.set('head.output.weight', { shape: [config.hiddenSize, config.hiddenSize], values: identity(config.hiddenSize) });
    weights.set('head.output.bias', { shape: [config.hiddenSize], values: new Float32Array(config.hiddenSize) });
    const meanHead = { shape: headShape(config.hiddenSize, 'mean'), activation: head.activation };
    const { embedding, logits } = await run(build(fixture, { weights, head: meanHead, outputs: ['logits', 'embedding'] }), batch);
    const expected = expectedMeans(fixture);
    expect(largestDifference(logits.values, expected.flat())).toBeLessThan(1e-4);
    expect(largestDifference(embedding.values, expected.flatMap(normalised))).toBeLessThan(1e-5);
    const unitHead = { shape: headShape(config.hiddenSize, 'embedding'), activation: head.activation };
    for (const outputs of [['logits'], ['logits', 'embedding']] satisfies EncoderModel['outputs'][]) {
      const { logits: unit } = await run(build(fixture, { weights, head: unitHead, outputs }), batch);
      expect(largestDifference(unit.values, expected.flatMap(normalised))).toBeLessThan(1e-5);
    }
  });

  it('reads the second text of a pair, and all of a text alone', async () => {
    if (batch.tokenTypeIds === undefined) return;
    const weights = new Map(fixture.weights);
    weights.set('head.output.weight', { shape: [config.hiddenSize, config.hiddenSize], values: identity(config.hiddenSize) });
    weights.set('head.output.bias', { shape: [config.hiddenSize], values: new Float32Array(config.hiddenSize) });
    const pairHead = { shape: headShape(config.hiddenSize, 'pair'), activation: head.activation };
    const { logits } = await run(build(fixture, { weights, head: pairHead }), batch);
    const types = batch.tokenTypeIds;
    const isSecond = (row: number, token: number): boolean => types[row * batch.tokens + token] === 1;
    const hasSecond = (row: number): boolean =>
      Array.from({ length: fixture.lengths[row] }, (_, token) => token).some((token) => isSecond(row, token));
    const expected = expectedMeans(fixture, (row, token) => isSecond(row, token) || !hasSecond(row));
    expect(largestDifference(logits.values, expected.flat())).toBeLessThan(1e-4);
  });

  it('stays finite on a row of padding alone, and leaves the other rows as they are', async () => {
    const attentionMask = batch.attentionMask.slice();
    attentionMask.fill(0, 0, batch.tokens);
    const outputs = await run(build(fixture, { outputs: ['logits', 'embedding'] }), { ...batch, attentionMask });
    expect(outputs.embedding.values.every(Number.isFinite)).toBe(true);
    expect(outputs.logits.values.every(Number.isFinite)).toBe(true);
    expect(largestDifference(outputs.logits.values.subarray(labels), fixture.logits.subarray(labels))).toBeLessThan(1e-4);
  });

  it('asks for token types where the encoder has several', () => {
    const inputs = decodeModel(build(fixture)).graph.input.map((input) => input.name);
    expect(inputs).toEqual(['input_ids', 'attention_mask', ...(config.tokenTypes > 1 ? ['token_type_ids'] : [])]);
  });
});

describe('buildEncoderModel', () => {
  const fixture = readFixture('bert');

  it('leaves out the head where only embeddings are asked for', () => {
    const { graph } = decodeModel(build(fixture, { outputs: ['embedding'] }));
    expect(graph.initializer.some((tensor) => tensor.name.startsWith('head.'))).toBe(false);
    expect(graph.output.map((output) => output.name)).toEqual(['embedding']);
  });

  it('names a missing tensor', () => {
    const weights = new Map(fixture.weights);
    weights.delete('encoder.layer.1.output.dense.bias');
    expect(() => build(fixture, { weights })).toThrow('The weights have no tensor "encoder.layer.1.output.dense.bias"');
  });

  it('names a tensor of another shape, and both shapes', () => {
    const weights = new Map(fixture.weights).set('embeddings.LayerNorm.bias', { shape: [7], values: new Float32Array(7) });
    expect(() => build(fixture, { weights })).toThrow('Tensor "embeddings.LayerNorm.bias" has shape [7], not [32]');
  });

  it('refuses logits without a head', () => {
    expect(() => build(fixture, { head: undefined })).toThrow('needs a head');
  });
});

function expectedMeans(
  { lastHiddenState, lengths, batch, config }: Fixture,
  isRead: (row: number, token: number) => boolean = () => true,
): number[][] {
  const { hiddenSize: hidden } = config;
  return lengths.map((length, row) =>
    Array.from({ length: hidden }, (_, unit) => {
      const read = Array.from({ length }, (_, token) => token).filter((token) => isRead(row, token));
      return read.reduce((sum, token) => sum + lastHiddenState[(row * batch.tokens + token) * hidden + unit], 0) / read.length;
    }),
  );
}

function normalised(values: number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0));
}
