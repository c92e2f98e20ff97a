import type { TextInput } from './worker-protocol';

/** Tasks a worker gets of one call, so that none waits long for the last. */
const TASKS_PER_WORKER = 4;
const SMALLEST_TASK = 8;
const LARGEST_TASK = 512;

/** Different texts in the order of their first appearance, and for each given text the position of its own among them. */
export function uniqueTexts(texts: readonly TextInput[]): { unique: TextInput[]; positions: number[] } {
  const unique: TextInput[] = [];
  const known = new Map<string, number>();
  const positions = texts.map(({ text, pair }) => {
    const key = pair === undefined ? `1:${text}` : `2:${text.length}:${text}${pair}`;
    const position = known.get(key) ?? unique.length;
    if (position === unique.length) {
      known.set(key, position);
      unique.push(pair === undefined ? { text } : { text, pair });
    }
    return position;
  });
  return { unique, positions };
}

/**
 * Splits texts into tasks of similar length, the longest first: so a task's batches need little padding, and the tasks
 * that end last are short ones.
 *
 * @returns for each task, positions in `texts`
 */
export function distribute(texts: readonly TextInput[], workers: number): number[][] {
  const characters = texts.map(({ text, pair }) => text.length + (pair?.length ?? 0));
  const order = texts.map((_, index) => index).sort((a, b) => characters[b] - characters[a]);
  const size = Math.min(LARGEST_TASK, Math.max(SMALLEST_TASK, Math.ceil(texts.length / (workers * TASKS_PER_WORKER))));
  const tasks: number[][] = [];
  for (let start = 0; start < order.length; start += size) tasks.push(order.slice(start, start + size));
  return tasks;
}
