import { quantizeColumns, quantizeRows } from './quantize-weights';

const rows = 5;
const columns = 3;
/** Each column of another magnitude. */
const matrix = Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index * 2.1) * 10 ** (index % columns));

describe('quantizeColumns', () => {
  it.each([7, 8] as const)('is off by half a step of its column at most, in %d bits', (bits) => {
    const { values, scales } = quantizeColumns(matrix, rows, columns, bits);
    const limit = 2 ** (bits - 1) - 1;
    matrix.forEach((value, index) => {
      const scale = scales[index % columns];
      expect(Math.abs(values[index])).toBeLessThanOrEqual(limit);
      expect(Math.abs(values[index] * scale - value)).toBeLessThanOrEqual(scale * 0.5001);
    });
  });

  it("reaches the limit at each column's largest value", () => {
    const { values } = quantizeColumns(matrix, rows, columns, 7);
    for (let column = 0; column < columns; column++) {
      const magnitudes = Array.from({ length: rows }, (_, row) => Math.abs(values[row * columns + column]));
      expect(Math.max(...magnitudes)).toBe(63);
    }
  });

  it('keeps a column of zeros', () => {
    const { values, scales } = quantizeColumns(Float32Array.of(0, 1, 0, 2), 2, 2, 8);
    expect([...values]).toEqual([0, 64, 0, 127]);
    expect(scales[0]).toBe(1);
  });
});

describe('quantizeRows', () => {
  it('is off by half a step of its row at most', () => {
    const { values, scales } = quantizeRows(matrix, rows, columns);
    expect(scales).toHaveLength(rows);
    matrix.forEach((value, index) => {
      const scale = scales[Math.floor(index / columns)];
      expect(Math.abs(values[index] * scale - value)).toBeLessThanOrEqual(scale * 0.5001);
    });
  });
});
