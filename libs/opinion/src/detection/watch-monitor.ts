import { z } from 'zod';
import type { Mention, MonitorEffect, MonitoredWatch } from './monitor-types';

export const watchMonitorStateSchema = z.object({ watermark: z.number().nullable() });
export type WatchMonitorState = z.infer<typeof watchMonitorStateSchema>;

/** What a change leads to. */
export interface MonitorStep {
  state: WatchMonitorState;
  effects: MonitorEffect[];
}

/** Judges one watch: windows in event time, their expectation, and the life of its alert. Pure; all it knows is in the state, which is JSON. */
export class WatchMonitor {
  constructor(readonly watch: MonitoredWatch) {}

  /** The state of a watch of which nothing is known. */
  initial(): WatchMonitorState {
    return { watermark: null };
  }

  /** Takes in one document about the watch. */
  observe(state: WatchMonitorState, _mention: Mention): MonitorStep {
    return { state, effects: [] };
  }

  /**
   * Closes windows up to a time of which nothing more is awaited; for a quiet watch that is the clock less the lateness bound.
   *
   * @param watermark milliseconds since 1970; one before the present watermark changes nothing
   */
  advance(state: WatchMonitorState, watermark: number): MonitorStep {
    return { state: { ...state, watermark: Math.max(state.watermark ?? watermark, watermark) }, effects: [] };
  }
}
