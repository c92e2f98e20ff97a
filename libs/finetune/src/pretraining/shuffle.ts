import type { Random } from '../random';

/**
 * Rows of a stream in another order, of which `size` are held at once: each leaves when one that comes later takes its place, and the last
 * ones in any order. The order follows from the generator.
 */
export async function* shuffled<Row>(rows: AsyncIterable<Row>, size: number, random: Random): AsyncGenerator<Row> {
  const held: Row[] = [];
  for await (const row of rows) {
    if (held.length < size) {
      held.push(row);
      continue;
    }
    const place = random.integer(size);
    const leaving = held[place];
    held[place] = row;
    yield leaving;
  }
  yield* random.shuffle(held);
}
