import type { z } from 'zod';

/** A count over a window of time. */
export interface CountWindow {
  /** Milliseconds since 1970 at which the window begins. */
  start: number;
  /** Events counted so far; a series of non-negative measurements will do. */
  count: number;
  /** Events of any kind, where `count` is of one kind among them. */
  total?: number;
  /** Share of the window that has passed, 0 to 1; 1 where it is closed. Default 1. */
  elapsed?: number;
}

/** What a detector says of one window. */
export interface Judgement {
  /** 0 to 1, falling with `probability`; 0.5 is where the detector, by itself, would call it a surge. */
  score: number;
  /** Count expected of the whole window, were nothing unusual going on. */
  expected: number;
  observed: number;
  /** Of so large a count or a larger one by the window's end, were nothing unusual going on. */
  probability: number;
  /** False until the past suffices to tell a surge from noise; the score is then below 0.5. */
  ready: boolean;
  /** The span of time in which the counts surprise most, where that is longer than the window. */
  over?: { milliseconds: number; observed: number; expected: number };
}

/**
 * Tells surges in a series of counts from what its own past lets one expect. A detector holds no data: all that it
 * has learnt is in the state, which is plain JSON, so that it can be stored and taken up by another process.
 */
export interface SurgeDetector<State> {
  readonly name: string;
  /** Milliseconds before a window that it looks back at to judge it; 0 where it judges a window by its own count alone. */
  readonly reach: number;
  /** Checks a state that comes from outside. */
  readonly stateSchema: z.ZodType<State>;
  /** A state that has seen nothing. */
  initial(): State;
  /**
   * Judges a window by those learnt before it. An open one may be judged as often as it grows: its count is held
   * against what is expected of the whole window, so looking often makes no false alarm likelier.
   */
  judge(state: State, window: CountWindow): Judgement;
  /** The state that has learnt a closed window too; the one given stays as it was. Windows come in the order of their start. */
  learn(state: State, window: CountWindow): State;
  /** The state after a surge that was told has ended: what came in it makes no later window surprising. */
  settle(state: State): State;
}

/** What a detector must be told of the series. */
export interface DetectorOptions {
  /** Length of a window in milliseconds. */
  step: number;
  /** Milliseconds from the start of one window that is judged to the next; less than `step` where windows overlap. Default `step`. */
  hop?: number;
}
