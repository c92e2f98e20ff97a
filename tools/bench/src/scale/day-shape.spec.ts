import { dayShape, instancesOfHours, unitsOfHours } from './day-shape';

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe('the shape of a day', () => {
  it.each([
    [1, 24],
    [1.6, 24],
    [4.5, 24],
    [23, 24],
    [2, 6],
  ])('has a busiest hour of %d times the mean of %d hours', (factor, hours) => {
    const weights = dayShape(factor, hours);
    expect(weights).toHaveLength(hours);
    expect(sum(weights)).toBeCloseTo(hours, 6);
    expect(Math.max(...weights)).toBeCloseTo(factor, 6);
    expect(weights.indexOf(Math.max(...weights))).toBe(factor === 1 ? 0 : (2 * hours) / 3);
  });

  it('rises to its peak and falls from it', () => {
    const weights = dayShape(3, 24, 12);
    for (let hour = 1; hour <= 12; hour++) expect(weights[hour]).toBeGreaterThan(weights[hour - 1]);
    for (let hour = 13; hour < 24; hour++) expect(weights[hour]).toBeLessThan(weights[hour - 1]);
  });

  it('is none where the busiest hour would be less than the mean, or more than the day', () => {
    for (const factor of [0.9, 24, NaN]) expect(() => dayShape(factor)).toThrow(RangeError);
  });
});

describe('units of hours', () => {
  it('make up the total, each within one of its share', () => {
    const weights = dayShape(4.5);
    for (const total of [0, 7, 1_000, 123_457]) {
      const units = unitsOfHours(weights, total);
      expect(sum(units)).toBe(total);
      units.forEach((count, hour) => expect(Math.abs(count - (total * weights[hour]) / 24)).toBeLessThanOrEqual(1));
    }
  });
});

describe('instances of hours', () => {
  it('follow the load up and down, and are never none', () => {
    expect(instancesOfHours([0.1, 0.9, 1, 2, 3, 2.1, 0], 3)).toEqual([1, 1, 1, 2, 3, 3, 1]);
    expect(instancesOfHours(dayShape(4.5), 1)).toEqual(Array(24).fill(1));
  });
});
