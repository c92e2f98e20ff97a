import { entryVector } from './entry-vector';

const vector = (...values: number[]): Float32Array => Float32Array.from(values);
const rounded = (values: Float32Array): number[] => [...values].map((value) => Number(value.toFixed(4)));

describe('the vector of an entry', () => {
  it('is that of its question where it has nothing else', () => {
    expect(rounded(entryVector([vector(0.6, 0.8)], []))).toEqual([0.6, 0.8]);
  });

  it('is the mean of its ways to ask, with half the mean of its answers, at length 1', () => {
    const whole = entryVector([vector(1, 0, 0), vector(0, 1, 0)], [vector(0, 0, 1), vector(0, 0, 1)]);
    const [side, length] = [0.5, Math.sqrt(0.75)];
    expect(rounded(whole)).toEqual([side / length, side / length, side / length].map((value) => Number(value.toFixed(4))));
  });

  it('is no vector where its texts cancel out', () => {
    expect(rounded(entryVector([vector(1, 0), vector(-1, 0)], []))).toEqual([0, 0]);
  });
});
