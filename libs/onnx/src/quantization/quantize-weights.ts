/** int8 values with the scales that lead back: `value ≈ quantised × scale`. */
export interface QuantizedMatrix {
  values: Int8Array;
  scales: Float32Array;
}

/** Quantises a row-major `[rows, columns]` matrix symmetrically to the given bits, with a scale a column. */
export function quantizeColumns(values: Float32Array, rows: number, columns: number, bits: 7 | 8): QuantizedMatrix {
  const limit = 2 ** (bits - 1) - 1;
  const scales = new Float32Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      scales[column] = Math.max(scales[column], Math.abs(values[row * columns + column]));
    }
  }
  for (let column = 0; column < columns; column++) scales[column] = scaleFor(scales[column], limit);
  const quantized = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      quantized[index] = round(values[index] / scales[column], limit);
    }
  }
  return { values: quantized, scales };
}

/** Quantises a row-major `[rows, columns]` matrix symmetrically to 8 bits, with a scale a row. */
export function quantizeRows(values: Float32Array, rows: number, columns: number): QuantizedMatrix {
  const scales = new Float32Array(rows);
  const quantized = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const line = values.subarray(row * columns, (row + 1) * columns);
    scales[row] = scaleFor(
      line.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
      127,
    );
    for (let column = 0; column < columns; column++) quantized[row * columns + column] = round(line[column] / scales[row], 127);
  }
  return { values: quantized, scales };
}

/** A line of zeros keeps a usable scale. */
function scaleFor(largest: number, limit: number): number {
  return largest > 0 ? largest / limit : 1;
}

function round(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, Math.round(value)));
}
