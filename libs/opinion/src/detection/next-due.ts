import { MINUTE } from '../windows/minute-bucket';
import type { WatchMonitorState } from './monitor-state';

/**
 * The watermark at which a quiet watch has something to do: a window with counts closes, or an alert may calm down.
 *
 * @returns milliseconds since 1970; undefined where time alone changes nothing
 */
export function nextDue({ alert, buckets, empty, nextClose, windowMinutes, watermark }: WatchMonitorState): number | undefined {
  const waits = alert !== null || !empty || (buckets.at(-1)?.start ?? -Infinity) >= nextClose;
  return watermark !== null && waits ? nextClose + windowMinutes * MINUTE : undefined;
}
