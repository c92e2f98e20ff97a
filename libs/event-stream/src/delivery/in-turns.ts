import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work at a stretch: a part of what an answer may come late for it. */
const STRETCH = 3;

/**
 * Visits items in their order, and lets the event loop come round whenever that has taken some milliseconds, so that
 * requests and heartbeats need not wait for a whole batch.
 */
export async function inTurns<Item>(items: Iterable<Item>, visit: (item: Item) => void): Promise<void> {
  let began = performance.now();
  for (const item of items) {
    visit(item);
    if (performance.now() - began < STRETCH) continue;
    await nextTurn();
    began = performance.now();
  }
}
