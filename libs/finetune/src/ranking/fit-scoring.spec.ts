import { Random } from '../random';
import { fitScoring, type ScoringRows } from './fit-scoring';

/** Users who take what has the highest `2 · good − 1 · bad`, with a third feature that says nothing. */
function rows(): ScoringRows {
  const random = new Random(5);
  const [users, items] = [60, 40];
  const features = new Float32Array(users * items * 3);
  const labels = new Uint8Array(users * items);
  for (let user = 0; user < users; user++) {
    const scores = Array.from({ length: items }, (_, item) => {
      const at = (user * items + item) * 3;
      for (let feature = 0; feature < 3; feature++) features[at + feature] = random.normal();
      return { item, score: 2 * features[at] - features[at + 1] + 0.5 * random.normal() };
    });
    for (const { item } of scores.sort((a, b) => b.score - a.score).slice(0, 4)) labels[user * items + item] = 1;
  }
  const starts = Array.from({ length: users + 1 }, (_, user) => user * items);
  return { features, labels, standsFor: new Float32Array(users * items).fill(1), starts };
}

describe('a scoring head', () => {
  const names = ['good', 'bad', 'noise'];
  it.each(['softmax', 'bpr', 'binary-cross-entropy'] as const)('learns what counts by %s', (loss) => {
    const [good, bad, noise] = fitScoring(rows(), { names, free: new Set(['bad', 'noise']), loss, l2: 1e-3 });
    expect(good.weight).toBeGreaterThan(0.4);
    expect(bad.weight / bad.deviation / (good.weight / good.deviation)).toBeCloseTo(-0.5, 1);
    expect(Math.abs(noise.weight)).toBeLessThan(0.15 * good.weight);
  });

  it('is held to weights of 0 and more', () => {
    const [good, bad] = fitScoring(rows(), { names, free: new Set(), loss: 'softmax', l2: 1e-3 });
    expect(good.weight).toBeGreaterThan(0.4);
    expect(bad.weight).toBeGreaterThanOrEqual(0);
    expect(bad.weight).toBeLessThan(0.05);
  });

  it('gives no weight to a feature that is always the same', () => {
    const data = rows();
    data.features.forEach((_, at) => {
      if (at % 3 === 2) data.features[at] = 7;
    });
    const [, , same] = fitScoring(data, { names, free: new Set(['bad', 'noise']), loss: 'softmax', l2: 1e-3 });
    expect(same).toMatchObject({ mean: 0, deviation: 1 });
    expect(Math.abs(same.weight)).toBeLessThan(1e-3);
  });
});
