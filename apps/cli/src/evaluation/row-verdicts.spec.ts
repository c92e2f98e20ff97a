import { changesBetween, confusionsOf, errorsOf, type RowVerdict } from './row-verdicts';

const verdict = (row: number, label: string, predicted: string, probability = 0.8): RowVerdict => ({
  row,
  text: `text ${row}`,
  label,
  predicted,
  probability,
});

describe('verdicts on rows', () => {
  const now = [verdict(1, 'a', 'a'), verdict(2, 'a', 'b', 0.6), verdict(3, 'b', 'c', 0.9), verdict(4, 'a', 'b', 0.7), verdict(5, 'c', 'c')];

  it('list the errors, the surest first, and count which labels are taken for which', () => {
    expect(errorsOf(now).map(({ row }) => row)).toEqual([3, 4, 2]);
    expect(confusionsOf(now)).toEqual([
      { label: 'a', predicted: 'b', rows: 2 },
      { label: 'b', predicted: 'c', rows: 1 },
    ]);
  });

  it('say what another version had right or wrong', () => {
    const before = [verdict(1, 'a', 'b'), verdict(2, 'a', 'a'), verdict(3, 'b', 'a'), verdict(4, 'a', 'b'), verdict(5, 'c', 'c')];
    const { fixed, broken, otherwiseWrong } = changesBetween(before, now);
    expect(fixed.map(({ row }) => row)).toEqual([1]);
    expect(broken).toMatchObject([{ row: 2, label: 'a', before: 'a', predicted: 'b' }]);
    expect(otherwiseWrong).toMatchObject([{ row: 3, before: 'a', predicted: 'c' }]);
  });
});
