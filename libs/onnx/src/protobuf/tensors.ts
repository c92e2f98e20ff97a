import { DataType, type DataTypeCode, type OnnxTensor } from './onnx-model';

function tensor(name: string, dims: number[], dataType: DataTypeCode, values: ArrayBufferView): OnnxTensor {
  return { name, dims, dataType, rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

export function floatTensor(name: string, dims: number[], values: Float32Array): OnnxTensor {
  return tensor(name, dims, DataType.float, values);
}

export function int8Tensor(name: string, dims: number[], values: Int8Array): OnnxTensor {
  return tensor(name, dims, DataType.int8, values);
}

export function uint8Tensor(name: string, dims: number[], values: Uint8Array): OnnxTensor {
  return tensor(name, dims, DataType.uint8, values);
}

export function int64Tensor(name: string, dims: number[], values: number[]): OnnxTensor {
  return tensor(name, dims, DataType.int64, BigInt64Array.from(values, BigInt));
}

/** The elements of a float tensor; a copy, since raw data need not be aligned. */
export function floatValues(source: OnnxTensor): Float32Array {
  return new Float32Array(Uint8Array.from(source.rawData).buffer);
}

/** The transpose `[columns, rows]` of a row-major `[rows, columns]` matrix. */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column];
  }
  return result;
}
