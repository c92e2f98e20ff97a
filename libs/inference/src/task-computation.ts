import type { OutputRows, TaskResult } from './worker-protocol';

/** Runs a batch; the rows of each output, one after the other. */
type BatchRunner = (rows: readonly number[]) => Promise<Float32Array[]>;

/** A task in a worker: tokenised, its batches planned, some of them computed. */
export class TaskComputation {
  private readonly outputs: OutputRows[];
  private next = 0;
  private paddedTokens = 0;

  /** @param batches positions in `lengths` */
  constructor(
    outputs: readonly string[],
    private readonly lengths: Int32Array<ArrayBuffer>,
    private readonly batches: readonly (readonly number[])[],
    private readonly run: BatchRunner,
  ) {
    this.outputs = outputs.map(() => ({ values: new Float32Array(0), width: 0 }));
  }

  get isDone(): boolean {
    return this.next === this.batches.length;
  }

  /** Computes one batch. */
  async step(): Promise<void> {
    const rows = this.batches[this.next++];
    const results = await this.run(rows);
    results.forEach((values, output) => this.place(this.outputs[output], rows, values));
    this.paddedTokens += rows.length * rows.reduce((longest, row) => Math.max(longest, this.lengths[row]), 0);
  }

  /** What the finished task gave; its arrays can be transferred. */
  result(times: Pick<TaskResult, 'tokenizeSeconds' | 'inferenceSeconds' | 'cpuSeconds'>): TaskResult {
    return { outputs: this.outputs, lengths: this.lengths, paddedTokens: this.paddedTokens, ...times };
  }

  private place(output: OutputRows, rows: readonly number[], values: Float32Array): void {
    if (output.width === 0) {
      output.width = values.length / rows.length;
      output.values = new Float32Array(this.lengths.length * output.width);
    }
    const { width } = output;
    rows.forEach((row, index) => output.values.set(values.subarray(index * width, (index + 1) * width), row * width));
  }
}
