import { addToSketch, emptySketch, type ManifestTask } from '@attune/artifact';
import { ScoreWatch } from './score-watch';

const task: ManifestTask = {
  name: 'intent',
  type: 'classification',
  pooling: 'pooler',
  labels: ['a', 'b'],
  output: 'logits',
  calibration: { temperature: 1 },
  metrics: {},
};
const HOUR = 3_600_000;
const said = (label: 'a' | 'b') => ({ rows: new Map([['logits', Float32Array.from(label === 'a' ? [3, 0] : [0, 3])]]) });

describe('the watch over what a model says', () => {
  let clock: number;
  const watchBeside = (labels: readonly ('a' | 'b')[] | undefined): ScoreWatch => {
    const reference = labels && emptySketch();
    for (const label of labels ?? []) if (reference) addToSketch(reference, [task], () => (label === 'a' ? [3, 0] : [0, 3]));
    return new ScoreWatch({ tasks: [task], embeddingOutput: undefined, reference, now: () => clock });
  };
  const half = Array.from({ length: 400 }, (_, at): 'a' | 'b' => (at % 2 === 0 ? 'a' : 'b'));

  beforeEach(() => {
    clock = 1_800_000_000_000;
  });

  it('says nothing of a few texts, nor of a model without a reference', () => {
    const watch = watchBeside(half);
    for (let row = 0; row < 199; row++) watch.add(said('a'));
    expect(watch.report()).toEqual({ rows: 199, since: new Date(clock) });
    watch.add(said('a'));
    expect(watch.report().drift?.tasks.intent.labels).toBeGreaterThan(0.25);
    const without = watchBeside(undefined);
    for (let row = 0; row < 300; row++) without.add(said('a'));
    expect(without.report()).toEqual({ rows: 300, since: new Date(clock) });
  });

  it('forgets what is older than a day, part by part', () => {
    const watch = watchBeside(half);
    const start = clock;
    for (let hour = 0; hour < 30; hour++) {
      for (let row = 0; row < 20; row++) watch.add(said(hour < 6 ? 'a' : row % 2 === 0 ? 'a' : 'b'));
      clock += HOUR;
    }
    const { rows, since, drift } = watch.report();
    expect(rows).toBeLessThanOrEqual(24 * 20);
    expect(rows).toBeGreaterThanOrEqual(23 * 20);
    expect(since.getTime()).toBeGreaterThan(start + 5 * HOUR);
    expect(drift?.tasks.intent.labels).toBeLessThan(0.02);
    clock += 25 * HOUR;
    expect(watch.report()).toEqual({ rows: 0, since: new Date(clock) });
  });
});
