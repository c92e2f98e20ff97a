import type { ManifestTask } from '@attune/artifact';
import { ShadowCounts } from './shadow-counts';

const task = (type: ManifestTask['type'], labels: string[], name = 'topic', output = 'logits'): ManifestTask => ({
  ...{ name, type, labels, output, pooling: 'mean', calibration: { temperature: 1 }, metrics: {} },
});
const said = (values: number[], seconds = 0.01, output = 'logits') => ({ rows: new Map([[output, Float32Array.from(values)]]), seconds });
const probability = (logit: number): number => 1 / (1 + Math.exp(-logit));

describe('ShadowCounts', () => {
  it('counts other labels by what they were and are, and how far apart the probabilities lie', () => {
    const counts = new ShadowCounts();
    const topic = [task('classification', ['a', 'b'])];
    counts.add(said([2, 0]), topic, said([0, 2], 0.03), topic);
    counts.add(said([2, 0]), topic, said([0, 2], 0.03), topic);
    counts.add(said([0, 2]), topic, said([2, 0], 0.03), topic);
    counts.add(said([2, 0]), topic, said([2, 0], 0.03), topic);
    const { scored, seconds, tasks } = counts.figures();
    expect(scored).toBe(4);
    expect(seconds?.served).toBeCloseTo(0.01, 9);
    expect(seconds?.candidate).toBeCloseTo(0.03, 9);
    expect(tasks.topic).toMatchObject({
      texts: 4,
      disagreements: 3,
      pairs: [
        { served: 'a', candidate: 'b', texts: 2 },
        { served: 'b', candidate: 'a', texts: 1 },
      ],
    });
    expect(tasks.topic.meanDifference).toBeCloseTo((3 * (probability(2) - probability(-2))) / 4, 5);
  });

  it('compares by name, whatever the order of labels is, and a label that the candidate does not know', () => {
    const counts = new ShadowCounts();
    counts.add(said([3, 0]), [task('classification', ['a', 'b'])], said([0, 3]), [task('classification', ['b', 'a'])]);
    expect(counts.figures().tasks.topic).toMatchObject({ disagreements: 0, meanDifference: 0 });
    counts.add(said([3, 0]), [task('classification', ['a', 'b'])], said([3, 0]), [task('classification', ['c', 'b'])]);
    expect(counts.figures().tasks.topic.pairs).toEqual([{ served: 'a', candidate: 'c', texts: 1 }]);
  });

  it('names of several labels those that only one of the two gives', () => {
    const counts = new ShadowCounts();
    const labels = [task('multi-label', ['a', 'b', 'c'])];
    counts.add(said([3, 3, -3]), labels, said([3, -3, 3]), labels);
    expect(counts.figures().tasks.topic).toMatchObject({
      disagreements: 1,
      pairs: [
        { served: 'b', candidate: '', texts: 1 },
        { served: '', candidate: 'c', texts: 1 },
      ],
    });
    expect(counts.figures().tasks.topic.meanDifference).toBeCloseTo((2 * (probability(3) - probability(-3))) / 3, 5);
  });

  it('measures numbers, and leaves out what one of the two does not judge', () => {
    const counts = new ShadowCounts();
    const number = task('regression', ['score']);
    counts.add(said([2]), [number, task('classification', ['a'], 'other', 'other')], said([3.5]), [number]);
    counts.add(said([2]), [number], said([1]), [task('classification', ['a'])]);
    const { tasks, scored } = counts.figures();
    expect(scored).toBe(2);
    expect(tasks).toEqual({ topic: { texts: 1, disagreements: 0, pairs: [], meanDifference: 1.5 } });
  });

  it('says nothing of times before anything was scored', () => {
    expect(new ShadowCounts().figures()).toEqual({ scored: 0, dropped: 0, failed: 0, tasks: {} });
  });
});
