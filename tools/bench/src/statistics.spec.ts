import { mean, median } from './statistics';

describe('median', () => {
  it('is the middle of an odd number of values', () => expect(median([9, 1, 5])).toBe(5));
  it('is the mean of the two in the middle of an even number', () => expect(median([4, 1, 3, 100])).toBe(3.5));
});

describe('mean', () => {
  it('is the sum over the number', () => expect(mean([1, 2, 6])).toBe(3));
});
