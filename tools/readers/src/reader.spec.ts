import { Draws } from './draws';
import { drawReader, drift, type Reader } from './reader';

const SIZES = { categories: 12, themes: 24, authors: 30 };
const WEEKS = 26;

function drawReaders(count: number, draws: Draws): Reader[] {
  return Array.from({ length: count }, (_, place) => drawReader(place, WEEKS, SIZES, draws));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

function correlation(one: readonly number[], other: readonly number[]): number {
  const product = mean(one.map((value, place) => (value - mean(one)) * (other[place] - mean(other))));
  return product / (deviation(one) * deviation(other));
}

describe('a reader', () => {
  it('favours few categories: the first of twelve has a third of the weight and more, on average', () => {
    const shares = drawReaders(500, new Draws(1)).map(({ categories }) => {
      const weights = categories.map((weight) => Math.exp(weight));
      return Math.max(...weights) / weights.reduce((sum, weight) => sum + weight, 0);
    });
    expect(mean(shares)).toBeGreaterThan(1 / 3);
    expect(mean(shares)).toBeLessThan(0.6);
  });

  it('is there for a span of weeks, more than half from the start', () => {
    const readers = drawReaders(500, new Draws(2));
    expect(readers.filter(({ joins, leaves }) => joins < 0 || joins >= leaves || leaves > WEEKS)).toEqual([]);
    const founders = readers.filter(({ joins }) => joins === 0).length / readers.length;
    expect(founders).toBeGreaterThan(0.5);
    expect(founders).toBeLessThan(0.65);
    expect(readers.some(({ leaves }) => leaves < WEEKS)).toBe(true);
  });

  it('drifts: themes of the next week are nearly the same, those of half a year later less so, and as strong', () => {
    const draws = new Draws(3);
    const readers = drawReaders(200, draws);
    const themes = (): number[] => readers.flatMap((reader) => reader.themes);
    const first = themes();
    const later = Array.from({ length: WEEKS }, () => {
      for (const reader of readers) drift(reader, draws);
      return themes();
    });
    expect(correlation(first, later[0])).toBeGreaterThan(0.98);
    expect(correlation(first, later[WEEKS - 1])).toBeCloseTo(Math.sqrt(1 - 0.015) ** WEEKS, 1);
    expect(deviation(later[WEEKS - 1])).toBeCloseTo(deviation(first), 1);
  });

  it('takes to a new category at once now and then', () => {
    const draws = new Draws(4);
    const readers = drawReaders(300, draws);
    const before = readers.map(({ categories }) => [...categories]);
    for (const reader of readers) drift(reader, draws);
    const leaps = readers.flatMap(({ categories }, place) =>
      categories.filter((weight, category) => weight - before[place][category] > 1.5),
    );
    expect(leaps.length).toBeGreaterThan(0);
    expect(leaps.length).toBeLessThan(15);
  });
});
