import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFixture } from '../../test/fixture';
import { buildEncoderModel } from '../encoder/build-encoder-model';
import { OnnxSession, type SessionInput } from './onnx-session';

describe('OnnxSession', () => {
  const { config, weights, head, batch } = readFixture('bert');
  const model = buildEncoderModel({ config, weights, head, outputs: ['logits', 'embedding'] });
  const directory = mkdtempSync(join(tmpdir(), 'attune-session-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('opens a file as it opens bytes', async () => {
    const file = join(directory, 'model.onnx');
    writeFileSync(file, model);
    const [fromFile, fromBytes] = [await OnnxSession.open(file), await OnnxSession.open(model)];
    expect(await fromFile.run(batch)).toEqual(await fromBytes.run(batch));
    await Promise.all([fromFile.close(), fromBytes.close()]);
  });

  it('names inputs and outputs, and gives those asked for', async () => {
    const session = await OnnxSession.open(model);
    expect(session.inputNames).toEqual(['input_ids', 'attention_mask', 'token_type_ids']);
    expect(session.outputNames).toEqual(['logits', 'embedding']);
    expect(Object.keys(await session.run(batch, ['embedding']))).toEqual(['embedding']);
    await session.close();
  });

  it('takes 32-bit and 64-bit ids alike', async () => {
    const session = await OnnxSession.open(model);
    const wide = (values: Int32Array): BigInt64Array => BigInt64Array.from(values, BigInt);
    const input: SessionInput = {
      rows: batch.rows,
      tokens: batch.tokens,
      inputIds: wide(batch.inputIds),
      attentionMask: wide(batch.attentionMask),
      tokenTypeIds: wide(batch.tokenTypeIds ?? new Int32Array(0)),
    };
    expect(await session.run(input)).toEqual(await session.run(batch));
    await session.close();
  });

  it('takes absent token types for zeros', async () => {
    const session = await OnnxSession.open(model);
    const { tokenTypeIds: _, ...untyped } = batch;
    expect(await session.run(untyped)).toEqual(await session.run({ ...batch, tokenTypeIds: new Int32Array(batch.rows * batch.tokens) }));
    await session.close();
  });

  it('computes runs that overlap', async () => {
    const session = await OnnxSession.open(model, { intraOpThreads: 2 });
    const [first, second] = await Promise.all([session.run(batch), session.run(batch)]);
    expect(first).toEqual(second);
    await session.close();
  });

  it.each([
    ['a file that is not there', join(directory, 'absent.onnx'), 'absent.onnx'],
    ['bytes that are no model', Uint8Array.of(1, 2, 3), 'The model'],
  ])('refuses %s', async (_, source, named) => {
    await expect(OnnxSession.open(source)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(named) });
  });
});
