import { Random } from '../random';
import type { Example } from './example';
import { splitExamples, type Split, type SplitOptions } from './split';

const options = (changes: Partial<SplitOptions> = {}): SplitOptions => ({
  strategy: 'stratified',
  task: 'classification',
  share: 0.2,
  random: new Random(11),
  ...changes,
});

function counts(examples: Example[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { label } of examples) for (const one of [label].flat()) result[String(one)] = (result[String(one)] ?? 0) + 1;
  return result;
}

function rowsOf({ train, validation }: Split): number[] {
  return [...train, ...validation].map(({ row }) => row).sort((a, b) => a - b);
}

const labelled = (labels: string[]): Example[] => labels.map((label, at) => ({ text: `text ${at}`, label, row: at + 1 }));

describe('stratified split', () => {
  const examples = labelled(Array.from({ length: 200 }, (_, at) => (at % 10 === 0 ? 'rare' : at % 3 === 0 ? 'some' : 'common')));

  it('gives every label its share, and every row one side', () => {
    const split = splitExamples(examples, options());
    expect(counts(split.validation)).toEqual({ rare: 4, some: 12, common: 24 });
    expect(rowsOf(split)).toEqual(examples.map(({ row }) => row));
  });

  it('depends on the seed alone', () => {
    const validation = (seed: number): number[] =>
      splitExamples(examples, options({ random: new Random(seed) })).validation.map(({ row }) => row);
    expect(validation(1)).toEqual(validation(1));
    expect(validation(1)).not.toEqual(validation(2));
  });

  it('takes the right number of rows where no label alone has enough for one', () => {
    const few = labelled(Array.from({ length: 80 }, (_, at) => `intent ${at % 20}`));
    const { validation } = splitExamples(few, options({ share: 0.1 }));
    expect(validation).toHaveLength(8);
    expect(Math.max(...Object.values(counts(validation)))).toBe(1);
  });

  it('keeps the only row of a label in training', () => {
    const { train } = splitExamples(
      labelled([...Array<string>(20).fill('a'), ...Array<string>(20).fill('b'), 'once']),
      options({ share: 0.5 }),
    );
    expect(counts(train).once).toBe(1);
  });

  it('keeps rows with the same text on one side', () => {
    const repeated = Array.from({ length: 120 }, (_, at) => ({ text: `text ${at % 40}`, label: at % 2 ? 'a' : 'b', row: at + 1 }));
    const { train, validation } = splitExamples(repeated, options());
    const trainTexts = new Set(train.map(({ text }) => text));
    expect(validation.some(({ text }) => trainTexts.has(text))).toBe(false);
    expect(validation.length).toBeGreaterThan(15);
  });

  it('keeps the shares of several labels a row', () => {
    const random = new Random(5);
    const rows = Array.from({ length: 400 }, (_, at): Example => {
      const label = ['a', 'b', 'c'].filter((_, position) => random.uniform() < [0.7, 0.3, 0.05][position]);
      return { text: `text ${at}`, label, row: at + 1 };
    });
    const { train, validation } = splitExamples(rows, options({ task: 'multi-label' }));
    const whole = counts(rows);
    for (const [label, count] of Object.entries(counts(validation))) expect(Math.abs(count - 0.2 * whole[label])).toBeLessThan(3);
    expect(counts(train).c).toBeGreaterThan(0);
  });

  it('spreads the numbers of a regression', () => {
    const rows = Array.from({ length: 200 }, (_, at): Example => ({ text: `text ${at}`, label: (at * 37) % 200, row: at + 1 }));
    const { validation } = splitExamples(rows, options({ task: 'regression' }));
    const deciles = counts(validation.map((example) => ({ ...example, label: String(Math.floor(Number(example.label) / 20)) })));
    expect(Object.values(deciles)).toEqual(Array<number>(10).fill(4));
  });

  it('refuses when no row can be spared', () => {
    expect(() => splitExamples(labelled(['a', 'b']), options({ path: 'two.csv' }))).toThrow('two.csv: no validation rows can be set aside');
  });

  it('sets nothing aside for a share of 0', () => {
    expect(splitExamples(examples, options({ share: 0 })).validation).toEqual([]);
  });
});

describe('grouped split', () => {
  const examples = Array.from({ length: 300 }, (_, at): Example => ({
    text: `text ${at}`,
    label: at % 4 ? 'a' : 'b',
    group: `customer ${Math.floor(at / 7)}`,
    row: at + 1,
  }));

  it.each(['grouped', 'stratified'] as const)('keeps groups whole (%s)', (strategy) => {
    const { train, validation } = splitExamples(examples, options({ strategy }));
    const trainGroups = new Set(train.map(({ group }) => group));
    expect(validation.some(({ group }) => trainGroups.has(group))).toBe(false);
    expect(Math.abs(validation.length - 60)).toBeLessThan(8);
    expect(Math.abs(counts(validation).b - 15)).toBeLessThan(4);
  });

  it('refuses a single group and rows without one', () => {
    const one = examples.map((example) => ({ ...example, group: 'only' }));
    expect(() => splitExamples(one, options({ strategy: 'grouped' }))).toThrow('all of one group');
    const without = examples.map(({ group, ...example }) => (example.row === 5 ? example : { ...example, group }));
    expect(() => splitExamples(without, options({ strategy: 'grouped', path: 'a.csv' }))).toThrow('a.csv, row 5: there is no group');
  });
});

describe('split by time', () => {
  const at = (times: number[]): Example[] =>
    times.map((time, position) => ({ text: `text ${position}`, label: 'a', time, row: position + 1 }));

  it('validates on the latest rows, whatever their order in the file', () => {
    const { train, validation } = splitExamples(at([5, 1, 9, 3, 8, 2, 7, 4, 6, 10]), options({ strategy: 'time' }));
    expect(validation.map(({ time }) => time)).toEqual([9, 10]);
    expect(train.map(({ time }) => time)).toEqual([5, 1, 3, 8, 2, 7, 4, 6]);
  });

  it('does not part rows of one moment', () => {
    const { validation } = splitExamples(at([1, 2, 3, 4, 5, 6, 7, 7, 7, 8]), options({ strategy: 'time' }));
    expect(validation.map(({ time }) => time)).toEqual([8]);
  });

  it('refuses rows that are all of one moment', () => {
    expect(() => splitExamples(at([1, 1, 1]), options({ strategy: 'time' }))).toThrow('no rows later than the others');
  });
});
