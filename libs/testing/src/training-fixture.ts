import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What PyTorch and transformers give for small losses, updates and schedules; written by tools/fixtures/training.py. */
export interface TrainingFixture {
  losses: {
    rows: number;
    /** `[rows × 4]`; the regression takes `firstColumn` as outputs. */
    logits: number[];
    firstColumn: number[];
    targets: number[];
    weights: number[];
    several: number[];
    numbers: number[];
    expected: Record<string, { loss: number; gradient: number[] }>;
  };
  optimizers: {
    shape: number[];
    start: number[];
    gradients: number[][];
    clipNorm: number;
    norms: number[];
    expected: Record<'sgd' | 'adam' | 'adamw' | 'adagrad', number[]>;
  };
  /** Factors of the first 20 steps: 4 of warm-up, 20 in all. */
  schedules: Record<'constant' | 'linear' | 'cosine', number[]>;
  /** InfoNCE of five queries and six candidates, with one positive a query and with several. */
  contrastive: {
    width: number;
    temperature: number;
    queries: number[];
    candidates: number[];
    expected: Record<'single' | 'several', { roles: number[]; loss: number; queries: number[]; candidates: number[] }>;
  };
}

export function trainingFixture(): TrainingFixture {
  return JSON.parse(readFileSync(join(__dirname, '../fixtures/training.json'), 'utf8')) as TrainingFixture;
}
