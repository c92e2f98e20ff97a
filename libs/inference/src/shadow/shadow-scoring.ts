import type { ManifestTask } from '@attune/artifact';
import type { ComputedText } from '../call';
import type { TextInput } from '../worker-protocol';
import { ShadowCounts, type ShadowFigures } from './shadow-counts';

/** Texts that wait for the candidate; beyond them one is dropped. */
const MOST_WAITING = 32;

/** A text that was answered, and what it was answered with. */
export interface AnsweredText {
  readonly input: TextInput;
  readonly computed: ComputedText;
}

/** What a candidate is asked with. */
export interface Candidate {
  readonly tasks: readonly ManifestTask[];
  /** What its heads say of texts. */
  judge(texts: readonly TextInput[]): Promise<ComputedText[]>;
}

export interface ShadowScoringOptions {
  readonly candidate: Candidate;
  /** Tasks of the version that serves. */
  readonly servedTasks: readonly ManifestTask[];
  /** Of the texts that were answered, those that are scored. */
  readonly share: number;
  /** Whether the service has better things to do. */
  readonly isBusy: () => boolean;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/**
 * Scores a share of what was answered with a candidate, one text after another, and counts where it differs. Nobody waits for it, and nothing that
 * it throws gets out; while the service is busy texts are dropped.
 */
export class ShadowScoring {
  private readonly counts = new ShadowCounts();
  private readonly waiting: AnsweredText[] = [];
  private working: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: ShadowScoringOptions) {}

  get figures(): ShadowFigures {
    return this.counts.figures();
  }

  /** Hears of a text that was answered. */
  offer(answered: AnsweredText): void {
    const { share, random, isBusy } = this.options;
    if (this.closed || random() >= share) return;
    if (this.waiting.length >= MOST_WAITING || isBusy()) this.counts.dropped += 1;
    else {
      this.waiting.push(answered);
      this.working ??= this.work().finally(() => (this.working = undefined));
    }
  }

  /** Resolves when nothing waits for the candidate any more. */
  async settled(): Promise<void> {
    await this.working;
  }

  /** Forgets what waits. Resolves when the candidate computes nothing any more. */
  async close(): Promise<void> {
    this.closed = true;
    this.waiting.length = 0;
    await this.working;
  }

  private async work(): Promise<void> {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (this.options.isBusy()) {
        this.counts.dropped += 1 + this.waiting.splice(0).length;
        return;
      }
      await this.score(next);
    }
  }

  private async score({ input, computed }: AnsweredText): Promise<void> {
    const { candidate, servedTasks } = this.options;
    try {
      const [judged] = await candidate.judge([input]);
      this.counts.add(computed, servedTasks, judged, candidate.tasks);
    } catch {
      if (!this.closed) this.counts.failed += 1;
    }
  }
}
