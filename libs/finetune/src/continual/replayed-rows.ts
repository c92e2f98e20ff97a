import type { ContinualKeys } from '../config/learning-keys';
import type { EncodedExample, Example } from '../data/example';
import type { LoadedExamples } from '../data/load-examples';
import type { Random } from '../random';
import { ReplayBuffer } from './replay-buffer';

/** Files of earlier data with those of their rows that a buffer keeps of all of them together. */
export function sampleReplayed(
  files: readonly LoadedExamples[],
  { replaySize, replaySampling }: Pick<ContinualKeys, 'replaySize' | 'replaySampling'>,
  random: Random,
): LoadedExamples[] {
  const buffer = new ReplayBuffer(replaySize, replaySampling, random);
  for (const { examples } of files) for (const example of examples) buffer.add(example);
  const kept = new Set(buffer.rows());
  return files.map((file) => ({
    ...file,
    examples: file.examples.filter((example) => kept.has(example)).map((example): Example => ({ ...example, replayed: true })),
  }));
}

/** How the rows of an epoch are put together where some are of earlier data. */
export interface ReplayPlan {
  /** Rows of an epoch. */
  rows: number;
  /** The rows of an epoch of all training rows: each new one once, and as many of the earlier ones as there are to be for these. */
  epochOf(all: readonly EncodedExample[], random: Random): EncodedExample[];
}

/** @param examples training rows, in the order of the encoded ones */
export function planReplay(examples: readonly Example[], ratio: number): ReplayPlan | undefined {
  const places = (replayed: boolean): number[] =>
    examples.flatMap((example, place) => ((example.replayed ?? false) === replayed ? [place] : []));
  const [fresh, earlier] = [places(false), places(true)];
  // Without new rows there is nothing to weigh the earlier ones against.
  if (earlier.length === 0 || fresh.length === 0) return undefined;
  const wanted = Math.max(1, Math.round(ratio * fresh.length));
  return {
    rows: fresh.length + wanted,
    epochOf(all, random) {
      const chosen: number[] = [];
      while (chosen.length < wanted) chosen.push(...random.shuffle([...earlier]).slice(0, wanted - chosen.length));
      return [...fresh, ...chosen].map((place) => all[place]);
    },
  };
}
