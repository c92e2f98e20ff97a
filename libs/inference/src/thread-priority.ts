import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Linux: leads to PID/task/TID of the thread that reads it. */
const OWN_THREAD = '/proc/thread-self';
/** Above the process's own niceness; 19 is the highest there is. */
const STEP = 5;
/** Above it where even other inference goes first. */
export const FAR_BEHIND = 15;
const HIGHEST = 19;

/**
 * Lets the process's other threads go first. Inference keeps every processor busy; the event loop needs few milliseconds
 * but needs them at once, and would wait for a share of its own. Where the system has no niceness by thread nothing changes.
 *
 * @param step niceness above the process's own
 */
export function stepBehindOtherThreads(step = STEP): void {
  try {
    const thread = Number(readlinkSync(OWN_THREAD).split('/').at(-1));
    setPriority(thread, Math.min(HIGHEST, getPriority(thread) + step));
  } catch {
    // An optimisation that the system does not offer.
  }
}
