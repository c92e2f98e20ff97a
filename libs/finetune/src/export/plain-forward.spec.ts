import { join } from 'node:path';
import { encoderFixture, type EncoderFixtureName } from '@attune/testing';
import { readEncoderConfig, readEncoderWeights, readSafetensors } from '../encoders';
import { plainStates } from './plain-forward';

describe.each<EncoderFixtureName>(['bert', 'roberta', 'xlm-roberta', 'distilbert', 'mpnet', 'gpt2'])('plain states of %s', (name) => {
  it("are Python's, row by row without the padding", async () => {
    const { directory, cases } = encoderFixture(name);
    const description = await readEncoderConfig(directory);
    const { weights } = await readEncoderWeights(directory, description);
    const { tensors } = await readSafetensors(join(directory, 'expected.safetensors'));
    const { hiddenSize } = description.config;
    for (const { name: caseName, rows, tokens, inputIds, attentionMask, tokenTypeIds } of cases) {
      const expected = tensors.get(`${caseName}.hidden`)?.values ?? new Float32Array();
      for (let row = 0; row < rows; row++) {
        const start = row * tokens;
        const length = attentionMask.subarray(start, start + tokens).filter((bit) => bit === 1).length;
        const states = plainStates(description.config, weights, {
          inputIds: inputIds.slice(start, start + length),
          ...(tokenTypeIds && { tokenTypeIds: tokenTypeIds.slice(start, start + length) }),
        });
        const difference = states.map((value, i) => Math.abs(value - expected[start * hiddenSize + i]));
        expect(states.length).toBe(length * hiddenSize);
        expect(Math.max(...difference)).toBeLessThan(1e-4);
      }
    }
  });
});
