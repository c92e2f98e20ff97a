/** Groups items into arrays of `size`; the last may be shorter. */
export async function* chunksOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Runs `work` on up to `inFlight` items at once, and gives the results in the items' order. */
export async function* mapInOrder<T, R>(items: AsyncIterable<T>, inFlight: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // The rejection is seen when its turn comes; until then it must not count as unhandled.
    result.catch(() => undefined);
    running.push(result);
    while (running.length >= inFlight) yield await running.splice(0, 1)[0];
  }
  yield* running;
}
