import type { Precision } from '../native/kernels';
import { createStepBenchmark, type StepShape } from './step-benchmark';

export interface TrainingBenchmarkOptions {
  /** Folder, hub id, or the name of the encoder that setup installed. */
  encoder: string;
  shapes: readonly StepShape[];
  precision: 'auto' | Precision;
  /** Steps that count; default 20. */
  steps?: number;
  signal?: AbortSignal;
}

/** One full step, all parameters: forward, backward, clipping and AdamW. */
export interface TrainingBenchmark extends StepShape {
  encoder: string;
  precision: Precision;
  /** Milliseconds. The quickest is the least disturbed by other work on the machine. */
  milliseconds: { fastest: number; median: number };
  /** Tokens a second at the median. */
  tokensPerSecond: number;
}

const WARM_UP_STEPS = 2;

/**
 * Measures training steps on rows with random tokens.
 *
 * @throws AttuneError where the encoder cannot be loaded or native TensorFlow is missing
 */
export async function benchmarkTraining(options: TrainingBenchmarkOptions): Promise<TrainingBenchmark[]> {
  const { encoder, shapes, precision, steps = 20, signal } = options;
  const results: TrainingBenchmark[] = [];
  for (const shape of shapes) {
    const benchmark = await createStepBenchmark({ ...shape, encoder, precision, signal });
    try {
      const { wallMs } = await benchmark.runSteps(steps + WARM_UP_STEPS);
      const sorted = wallMs.slice(WARM_UP_STEPS).sort((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)];
      results.push({
        ...shape,
        encoder: benchmark.encoder,
        precision: benchmark.precision,
        milliseconds: { fastest: sorted[0], median },
        tokensPerSecond: (1000 * shape.rows * shape.tokens) / median,
      });
    } finally {
      benchmark.dispose();
    }
  }
  return results;
}
