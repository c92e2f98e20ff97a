import { describeData, type ReportOptions } from './data-report';
import type { SplitExamples } from './duplicates';
import type { Example } from './example';
import { formatDataReport } from './format-data-report';

const options = (changes: Partial<ReportOptions> = {}): ReportOptions => ({
  task: 'classification',
  labels: ['a', 'b'],
  droppedDuplicates: 0,
  nearDuplicates: true,
  notices: [],
  ...changes,
});

const split = (
  name: SplitExamples['name'],
  labels: NonNullable<Example['label']>[],
  textOf = (at: number): string => 'x'.repeat(at + 1),
): SplitExamples => ({
  name,
  path: `${name}.csv`,
  examples: labels.map((label, at) => ({ text: textOf(at), label, row: at + 1 })),
});

describe('describeData', () => {
  it('counts labels, most frequent first, and measures texts', () => {
    const { splits } = describeData([split('train', ['b', 'a', 'b', 'b'])], options());
    expect(splits[0]).toMatchObject({
      rows: 4,
      labels: [
        { label: 'b', rows: 3, share: 0.75 },
        { label: 'a', rows: 1, share: 0.25 },
      ],
      characters: { min: 1, median: 3, mean: 2.5, p95: 4, max: 4 },
    });
  });

  it('counts each label of a set, and describes the numbers of a regression', () => {
    const sets = describeData([split('train', [['a', 'b'], ['a'], []])], options({ task: 'multi-label' }));
    expect(sets.splits[0].labels.map(({ label, rows }) => [label, rows])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    const numbers = describeData([split('train', [3, -1, 1])], options({ task: 'regression', labels: ['score'] }));
    expect(numbers.splits[0].values).toEqual({ min: -1, median: 1, mean: 1, p95: 3, max: 3 });
    expect(numbers.notices).toEqual([]);
  });

  it('notices uneven classes, labels absent from a split, labels that look alike, and repeated texts', () => {
    const number = (at: number): string => `message ${at * 7919}`;
    const train = split('train', [...Array<string>(50).fill('a'), 'b', 'B'], number);
    const test = split('test', ['a', 'a'], number);
    const { notices } = describeData([train, test], options({ labels: ['B', 'a', 'b'], notices: ['first'] }));
    expect(notices).toEqual([
      'first',
      'Classes are uneven: "a" has 50 rows, "b" 1; consider loss.classWeights: balanced.',
      'Labels that differ only in case or spaces: "B" and "b".',
      '2 of 3 labels do not occur in test: B, b.',
      '2 texts of test stand in train, too, and 0 nearly so; figures on test look better for it.',
    ]);
  });
});

describe('formatDataReport', () => {
  it('writes tables that no text can break', () => {
    const train = split('train', ['a', 'b', 'a', 'b'], (at) => (at < 2 ? 'a | b <br> `c`' : `other ${at}`));
    const page = formatDataReport(describeData([train], options()));
    expect(page).toContain('| train | train.csv | 4 |');
    expect(page).toContain('| a | 2 | 50.0 % |');
    expect(page).toContain('## Texts with different labels: 1');
    expect(page).toContain('| a \\| b \\<br\\> \\`c\\` | a (train 1), b (train 2) |');
  });
});
