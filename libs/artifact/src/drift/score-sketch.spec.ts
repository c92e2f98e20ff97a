import type { ManifestTask } from '../manifest';
import { addToSketch, driftFrom, emptySketch, mergeSketches, scoreSketchSchema } from './score-sketch';

const intent: ManifestTask = {
  name: 'intent',
  type: 'classification',
  pooling: 'pooler',
  labels: ['a', 'b'],
  output: 'logits',
  calibration: { temperature: 1 },
  metrics: {},
};
const topics: ManifestTask = { ...intent, name: 'topics', type: 'multi-label', output: 'topics' };
const price: ManifestTask = { ...intent, name: 'price', type: 'regression', labels: ['price'], output: 'price' };

function sketchOf(rows: readonly Record<string, number[]>[], vectors: readonly number[][] = []) {
  const sketch = emptySketch();
  rows.forEach((row, at) => addToSketch(sketch, [intent, topics, price], (output) => row[output], vectors[at]));
  return sketch;
}

describe('a sketch of what a head says', () => {
  it('counts labels and how sure it is, by task, and sums vectors', () => {
    const sketch = sketchOf(
      [
        { logits: [4, 0], topics: [3, 3], price: [7] },
        { logits: [0, 0.1], topics: [-3, -3] },
      ],
      [
        [1, 0],
        [0.6, 0.8],
      ],
    );
    expect(sketch).toEqual({
      rows: 2,
      embedding: { rows: 2, sum: [1.6, 0.8] },
      tasks: {
        // softmax gives 0.982 and 0.525.
        intent: { labels: { a: 1, b: 1 }, probabilities: [0, 0, 0, 0, 0, 1, 0, 0, 0, 1] },
        // sigmoid(3) is 0.953, sigmoid(-3) is 0.047.
        topics: { labels: { a: 1, b: 1, '': 1 }, probabilities: [1, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
      },
    });
    expect(scoreSketchSchema.parse(JSON.parse(JSON.stringify(sketch)))).toEqual(sketch);
  });

  it('is the same in parts and as a whole', () => {
    const rows = [{ logits: [1, 0] }, { logits: [0, 3] }, { logits: [2, 2.5] }];
    const vectors = [
      [1, 0],
      [0, 1],
      [0.6, 0.8],
    ];
    const parts = rows.map((row, at) => sketchOf([row], [vectors[at]]));
    expect(mergeSketches(parts)).toEqual(sketchOf(rows, vectors));
  });

  it('tells how far one is from another, task by task', () => {
    const often = (label: number, times: number) => Array.from({ length: times }, () => ({ logits: label === 0 ? [3, 0] : [0, 3] }));
    const reference = sketchOf([...often(0, 200), ...often(1, 200)]);
    expect(driftFrom(reference, sketchOf([...often(0, 150), ...often(1, 150)])).tasks.intent).toEqual({ labels: 0, probabilities: 0 });
    const drifted = driftFrom(reference, sketchOf([...often(0, 30), ...often(1, 270)]));
    expect(drifted.tasks.intent.labels).toBeGreaterThan(0.25);
    expect(drifted).not.toHaveProperty('embedding');
    expect(driftFrom(emptySketch(), reference)).toEqual({ tasks: {} });
  });
});
