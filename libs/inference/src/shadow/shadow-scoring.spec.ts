import type { ManifestTask } from '@attune/artifact';
import type { ComputedText } from '../call';
import { ShadowScoring, type Candidate, type ShadowScoringOptions } from './shadow-scoring';

const TASK: ManifestTask = {
  ...{ name: 'topic', type: 'classification', labels: ['a', 'b'], output: 'logits', pooling: 'mean' },
  ...{ calibration: { temperature: 1 }, metrics: {} },
};
const computed = (values: number[]): ComputedText => ({
  ...{ rows: new Map([['logits', Float32Array.from(values)]]), tokens: 1, paddedTokens: 1, seconds: 0.01 },
});
const A = computed([2, 0]);

/** A candidate that says `b` of everything, each time once it is let. */
class HeldCandidate implements Candidate {
  readonly tasks = [TASK];
  asked = 0;
  private readonly held: (() => void)[] = [];

  async judge(): Promise<ComputedText[]> {
    this.asked += 1;
    await new Promise<void>((resolve) => this.held.push(resolve));
    return [computed([0, 2])];
  }

  release(): void {
    this.held.shift()?.();
  }
}

const instant: Candidate = { tasks: [TASK], judge: () => Promise.resolve([computed([0, 2])]) };
const scoringOf = (options: Partial<ShadowScoringOptions>): ShadowScoring =>
  new ShadowScoring({ candidate: instant, servedTasks: [TASK], share: 1, isBusy: () => false, random: () => 0, ...options });
const offer = (scoring: ShadowScoring, texts: number): void => {
  for (let text = 0; text < texts; text++) scoring.offer({ input: { text: `text ${String(text)}` }, computed: A });
};

describe('ShadowScoring', () => {
  it('scores the share of texts that it is to', async () => {
    let drawn = 0;
    const scoring = scoringOf({ share: 0.3, random: () => (drawn++ % 10) / 10 });
    for (let round = 0; round < 10; round++) {
      offer(scoring, 10);
      await scoring.settled();
    }
    expect(scoring.figures).toMatchObject({ scored: 30, dropped: 0, tasks: { topic: { disagreements: 30 } } });
  });

  it('asks for one text after another, and drops what comes faster than that', async () => {
    const candidate = new HeldCandidate();
    const scoring = scoringOf({ candidate });
    offer(scoring, 40);
    expect(candidate.asked).toBe(1);
    // One is asked for, and 32 wait.
    expect(scoring.figures).toMatchObject({ scored: 0, dropped: 7 });
    const closed = scoring.close();
    candidate.release();
    await closed;
    expect(candidate.asked).toBe(1);
    offer(scoring, 1);
    expect(candidate.asked).toBe(1);
  });

  it('does nothing while the service is busy, and drops what waits', async () => {
    const candidate = new HeldCandidate();
    let busy = true;
    const scoring = scoringOf({ candidate, isBusy: () => busy });
    offer(scoring, 3);
    expect(scoring.figures).toMatchObject({ scored: 0, dropped: 3 });
    busy = false;
    offer(scoring, 3);
    busy = true;
    candidate.release();
    await scoring.settled();
    expect(candidate.asked).toBe(1);
    expect(scoring.figures).toMatchObject({ scored: 1, dropped: 5 });
  });

  it('counts what the candidate fails on, and goes on', async () => {
    let calls = 0;
    const judge = (): Promise<ComputedText[]> => (calls++ === 0 ? Promise.reject(new Error('broken')) : instant.judge([]));
    const scoring = scoringOf({ candidate: { tasks: [TASK], judge } });
    offer(scoring, 2);
    await scoring.settled();
    expect(scoring.figures).toMatchObject({ scored: 1, failed: 1 });
  });
});
