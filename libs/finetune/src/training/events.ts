import type { DataReport } from '../data/data-report';
import type { EvaluationReport } from '../evaluation/report';

/** What a training run tells while it goes. */
export type TrainingEvent =
  | { type: 'phase'; name: string }
  | { type: 'data'; report: DataReport }
  | { type: 'parameters'; trainable: number; total: number }
  | {
      type: 'step';
      /** Counted from 1, with the fraction done. */
      epoch: number;
      epochs: number;
      step: number;
      steps: number;
      loss: number;
      learningRate: number;
      examplesPerSecond: number;
      /** Of text that is read for its own sake; absent where rows are what counts. */
      tokensPerSecond?: number;
      secondsLeft: number;
    }
  | {
      type: 'evaluation';
      epoch: number;
      step: number;
      metrics: Record<string, number>;
      /** What chooses the best checkpoint. */
      value: number;
      best: boolean;
    }
  | { type: 'note'; message: string };

/** Course of a training run, kept as history.json. */
export interface TrainingHistory {
  /** Loss of each step's batch. */
  losses: number[];
  evaluations: { step: number; epoch: number; metrics: Record<string, number> }[];
}

/** What a finished run gives. */
export interface TrainingResult {
  /** The model's directory. */
  directory: string;
  validation: EvaluationReport;
  test?: EvaluationReport;
  trainableParameters: number;
  totalParameters: number;
  seconds: number;
}
