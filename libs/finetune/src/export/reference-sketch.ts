import { addToSketch, emptySketch, type Manifest, type ScoreSketch } from '@attune/artifact';

/**
 * What a model says of its held-out rows, as its ONNX file gives it: what it says later is compared with it.
 *
 * @param outputs of all rows by the names of the ONNX outputs
 */
export function referenceSketch(
  { tasks, embedding }: Pick<Manifest, 'tasks' | 'embedding'>,
  rows: number,
  outputs: ReadonlyMap<string, Float32Array>,
): ScoreSketch {
  const sketch = emptySketch();
  const rowOf = (output: string, row: number): Float32Array | undefined => {
    const values = outputs.get(output);
    const width = (values?.length ?? 0) / rows;
    return values?.subarray(row * width, (row + 1) * width);
  };
  for (let row = 0; row < rows; row++) {
    addToSketch(sketch, tasks, (output) => rowOf(output, row), embedding && rowOf(embedding.output, row));
  }
  return sketch;
}
