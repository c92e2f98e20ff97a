import { sortClasses } from './sort-classes';

const CLASSES = [
  { label: 'refund', precision: 0.5, recall: 0.9, f1: 0.64, support: 10 },
  { label: 'account', precision: null, recall: 0, f1: null, support: 0 },
  { label: 'delivery', precision: 1, recall: 0.2, f1: 0.33, support: 5 },
];
const labels = (...order: Parameters<typeof sortClasses>) => sortClasses(...order).map(({ label }) => label);

describe('labels of a report', () => {
  it('are sorted by a figure, those without it last in either direction', () => {
    expect(labels(CLASSES, { column: 'f1', ascending: true })).toEqual(['delivery', 'refund', 'account']);
    expect(labels(CLASSES, { column: 'f1', ascending: false })).toEqual(['refund', 'delivery', 'account']);
  });

  it('are sorted by their names', () => {
    expect(labels(CLASSES, { column: 'label', ascending: true })).toEqual(['account', 'delivery', 'refund']);
    expect(labels(CLASSES, { column: 'label', ascending: false })).toEqual(['refund', 'delivery', 'account']);
  });
});
