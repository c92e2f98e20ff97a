import type { TrainingEvent } from '@attune/finetune';
import type { LiveProgress, ProgressState } from './progress';
import { printMessage } from './terminal';
import type { FinishedRun, TrainingReporter } from './training-reporter';

/** Milliseconds between two lines about steps: whoever reads them draws a curve, and needs no more. */
const BETWEEN_STEPS = 250;

/**
 * A training run as one JSON object a line on stderr, for programs: `phase`, `data`, `parameters`, `step`, `evaluation`, `note` and, at the end,
 * `done`, told apart by `type`. Of steps the first, the last and at most four a second are told. Numbers that JSON lacks become null. Lines that do not begin with { are errors, and
 * what TensorFlow remarks.
 */
export class ProgressLines implements TrainingReporter, LiveProgress {
  private lastStepAt = -Infinity;

  show(event: TrainingEvent): void {
    if (event.type === 'step') {
      const now = performance.now();
      if (event.step < event.steps && now - this.lastStepAt < BETWEEN_STEPS) return;
      this.lastStepAt = now;
    }
    print(event.type === 'data' ? { type: 'data', splits: sizesOf(event), notices: event.report.notices } : event);
  }

  note(message: string): void {
    print({ type: 'note', message });
  }

  finish({ directory, seconds }: FinishedRun): void {
    print({ type: 'done', directory, seconds });
  }

  /** A line of a ranking says what it does from now on. */
  line(text: string): void {
    print({ type: 'phase', name: text });
  }

  update({ done, total, detail }: ProgressState): void {
    const now = performance.now();
    if (done !== total && now - this.lastStepAt < BETWEEN_STEPS) return;
    this.lastStepAt = now;
    print({ type: 'progress', done, total, detail });
  }

  stop(): void {
    // Nothing is drawn that would have to be taken away.
  }
}

function sizesOf({ report }: Extract<TrainingEvent, { type: 'data' }>): { name: string; rows: number; labels: number }[] {
  return report.splits.map(({ name, rows, labels }) => ({ name, rows, labels: labels.length }));
}

function print(line: object): void {
  printMessage(JSON.stringify(line));
}
