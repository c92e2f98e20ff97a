import { MINUTE } from '../windows/minute-bucket';
import type { WatchMonitorState } from './monitor-state';

/**
 * The watermark at which a quiet watch has something to do: a window with counts closes, an alert may calm down, or an open window is to be
 * judged again.
 *
 * @returns milliseconds since 1970; undefined where time alone changes nothing
 */
export function nextDue({ alert, buckets, empty, nextClose, unsettled, windowMinutes, watermark }: WatchMonitorState): number | undefined {
  if (watermark === null) return undefined;
  const waits = alert !== null || !empty || (buckets.at(-1)?.start ?? -Infinity) >= nextClose;
  const due = Math.min(waits ? nextClose + windowMinutes * MINUTE : Infinity, unsettled.at(0) ?? Infinity);
  return Number.isFinite(due) ? due : undefined;
}
