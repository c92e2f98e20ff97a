import { loadBinding } from '../native/tensorflow';
import { Random } from '../random';
import { fitMatchHead, type MatchData, type MatchOptions } from './match-head';

const options: MatchOptions = {
  width: 8,
  loss: 'softmax',
  epochs: 30,
  batchSize: 32,
  negatives: 16,
  learningRate: 0.02,
  itemDropout: 0.3,
  temperature: 0.2,
  l2: 1e-5,
};

/** Two groups of items whose texts have opposite directions; users stay in one. The last item of each group has no history. */
function data(): MatchData {
  const items = 12;
  const textVectors = new Float32Array(items * 4);
  const random = new Random(2);
  for (let item = 0; item < items; item++) {
    textVectors[item * 4 + (item % 2)] = 1;
    textVectors[item * 4 + 2] = 0.3 * random.normal();
  }
  const sequences = Array.from({ length: 40 }, (_, user) => {
    const own = random.shuffle(Int32Array.from([0, 2, 4, 6, 8], (item) => item + (user % 2))).subarray(0, 4);
    return { items: own, weights: new Float32Array(4).fill(1), types: Int32Array.from([0, 0, 1, 0]) };
  });
  return { sequences, items, textVectors, textWidth: 4, types: ['viewed', 'clicked'] };
}

function cosine({ vectors }: { vectors: Float32Array }, a: number, b: number): number {
  return options.width === 0
    ? 0
    : Array.from({ length: 8 }, (_, axis) => vectors[a * 8 + axis] * vectors[b * 8 + axis]).reduce((x, y) => x + y, 0);
}

describe('a match head', () => {
  it.each(['softmax', 'bpr', 'binary-cross-entropy'] as const)(
    'brings together what users take together, unseen items too, by %s',
    (loss) => {
      const before = loadBinding().getNumOfTensors();
      const fitted = fitMatchHead(data(), { ...options, loss }, new Random(1));
      expect(loadBinding().getNumOfTensors()).toBe(before);
      expect(fitted.losses.at(-1)).toBeLessThan(fitted.losses[0]);
      expect(cosine(fitted, 0, 2)).toBeGreaterThan(cosine(fitted, 0, 3) + 0.2);
      expect(cosine(fitted, 10, 2)).toBeGreaterThan(cosine(fitted, 10, 3) + 0.2);
      expect(cosine(fitted, 5, 5)).toBeCloseTo(1, 4);
      expect(Object.keys(fitted.attention.typeBias)).toEqual(['viewed', 'clicked']);
    },
  );

  it('is the same for the same seed', () => {
    const run = (): Float32Array => fitMatchHead(data(), { ...options, epochs: 2 }, new Random(4)).vectors;
    expect(run()).toEqual(run());
  });

  it('stays as it began where there is nothing to learn', () => {
    const fitted = fitMatchHead({ ...data(), sequences: [] }, options, new Random(1));
    expect(fitted.losses).toEqual([]);
    expect(fitted.vectors.every(Number.isFinite)).toBe(true);
  });
});
