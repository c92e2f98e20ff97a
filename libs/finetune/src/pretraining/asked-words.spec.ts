import { encoderFixture } from '@attune/testing';
import { nextWords } from './asked-words';

describe('the next words of a batch', () => {
  it('are asked at every real token but the last of its row', () => {
    const { cases, labels } = encoderFixture('gpt2-lm');
    const [padded] = cases;
    const lengths = new Int32Array(padded.rows);
    padded.attentionMask.forEach((real, place) => (lengths[Math.floor(place / padded.tokens)] += real));
    const batch = { ...padded, lengths, targets: new Float32Array(padded.rows), indices: Int32Array.from(lengths.keys()) };
    const { places, words } = nextWords(batch);
    expect([...places]).toEqual([...(padded.places ?? [])]);
    expect([...words]).toEqual(labels);
  });
});
