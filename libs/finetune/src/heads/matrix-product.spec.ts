import { multiplyTransposed, transpose } from './matrix-product';

describe('multiplyTransposed', () => {
  it.each([
    [1, 1, 1],
    [2, 4, 3],
    [5, 7, 6],
    [4, 9, 2500],
  ])('multiplies %i and %i rows of %i values', (rows, columns, inner) => {
    const a = Float32Array.from({ length: rows * inner }, (_, i) => (i % 13) - 6);
    const b = Float32Array.from({ length: columns * inner }, (_, i) => (i % 7) - 3);
    const product = multiplyTransposed(a, b, rows, columns, inner);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let i = 0; i < inner; i++) sum += a[row * inner + i] * b[column * inner + i];
        expect(product[row * columns + column]).toBe(sum);
      }
    }
  });
});

describe('transpose', () => {
  it('turns rows into columns', () => {
    expect([...transpose(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});
