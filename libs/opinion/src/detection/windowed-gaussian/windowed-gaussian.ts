import { z } from 'zod';
import { alarmLevel, scoreOf } from '../alarm-level';
import type { CountWindow, DetectorOptions, Judgement, SurgeDetector } from '../surge-detector';
import { logNormalTail } from './normal-tail';

const DAY = 24 * 3_600_000;
/** The past that the mean and the deviation are taken over, forgotten a block at a time. */
const PAST = 21 * DAY;
const BLOCKS = 32;
const READY_WINDOWS = 14;

const blockSchema = z.object({ windows: z.number(), sum: z.number(), squares: z.number() });
const stateSchema = z.object({ first: z.number().nullable(), blocks: z.array(blockSchema) });
export type WindowedGaussianState = z.infer<typeof stateSchema>;

/**
 * The baseline: a count is as surprising as its distance from the mean of the last three weeks, in their standard
 * deviations. It knows no season and no surges. Whatever is more complicated must do better.
 */
export class WindowedGaussian implements SurgeDetector<WindowedGaussianState> {
  readonly name = 'windowed-gaussian';
  readonly reach = 0;
  readonly stateSchema = stateSchema;
  private readonly level: number;
  private readonly blockWindows: number;

  constructor(options: DetectorOptions) {
    this.level = alarmLevel(options);
    this.blockWindows = Math.max(4, Math.ceil(PAST / options.step / BLOCKS));
  }

  initial(): WindowedGaussianState {
    return { first: null, blocks: [] };
  }

  judge({ first, blocks }: WindowedGaussianState, { start, count }: CountWindow): Judgement {
    const total = (part: keyof (typeof blocks)[number]): number => blocks.reduce((sum, block) => sum + block[part], 0);
    const windows = total('windows');
    if (windows === 0) return { score: 0, expected: count, observed: count, probability: 1, ready: false };
    const mean = total('sum') / windows;
    const deviation = Math.sqrt(Math.max(0, total('squares') / windows - mean * mean));
    const surprise = -logNormalTail((count - mean) / Math.max(deviation, 1e-3 * (Math.abs(mean) + 1)));
    const ready = windows >= READY_WINDOWS && first !== null && start - first >= DAY;
    return {
      score: scoreOf(ready ? surprise : Math.min(surprise, 0.9 * this.level), this.level),
      expected: Math.max(0, mean),
      observed: count,
      probability: 10 ** -surprise,
      ready,
    };
  }

  learn({ first, blocks }: WindowedGaussianState, { start, count }: CountWindow): WindowedGaussianState {
    const newest = blocks.at(-1);
    const begun = newest === undefined || newest.windows >= this.blockWindows ? { windows: 0, sum: 0, squares: 0 } : newest;
    const older = begun === newest ? blocks.slice(0, -1) : blocks.slice(-BLOCKS + 1);
    return {
      first: first ?? start,
      blocks: [...older, { windows: begun.windows + 1, sum: begun.sum + count, squares: begun.squares + count * count }],
    };
  }

  settle(state: WindowedGaussianState): WindowedGaussianState {
    return state;
  }
}
