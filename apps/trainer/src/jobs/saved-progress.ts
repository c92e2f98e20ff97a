import type { TrainingProgress } from '@attune/contracts';
import { advance, type ProgressLine } from './progress-line';

/** Milliseconds between two writes of one training. */
const INTERVAL = 400;

/** Writes down how far a training is, the newest state at most a few times a second. */
export class SavedProgress {
  private timer: NodeJS.Timeout | undefined;
  private saving: Promise<void> | undefined;
  private isNew = false;

  /** @param progress what is known already, of a training that goes on */
  constructor(
    private progress: TrainingProgress,
    private readonly save: (progress: TrainingProgress) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  take(line: ProgressLine): void {
    this.progress = advance(this.progress, line);
    this.isNew = true;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.write();
    }, INTERVAL);
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.saving;
    await this.write();
  }

  private async write(): Promise<void> {
    await this.saving;
    if (!this.isNew) return;
    this.isNew = false;
    this.saving = this.save(this.progress)
      .catch(this.onError)
      .finally(() => {
        this.saving = undefined;
      });
    await this.saving;
  }
}
