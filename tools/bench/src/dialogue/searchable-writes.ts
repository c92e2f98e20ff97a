import { z } from 'zod';
import { json } from '../service-client';

const foundSchema = z.object({ results: z.array(z.object({ entryId: z.string() })) });
const writtenSchema = z.object({ id: z.string() });

/** Writes entries one after the other, measures from sending each until a search finds it, and removes them again: milliseconds. */
export async function timeUntilSearchable(url: string, writes: number): Promise<number[]> {
  const times: number[] = [];
  const written: string[] = [];
  for (let number = 0; number < writes; number++) {
    const name = `Fresh${number.toString(36)}a${Math.floor(number / 7)}`;
    const sentAt = performance.now();
    const { id } = writtenSchema.parse(
      await json(`${url}/v1/knowledge`, { question: `What is new about the ${name}?`, answer: `The ${name} was written during the load.` }),
    );
    written.push(id);
    for (;;) {
      const { results } = foundSchema.parse(await json(`${url}/v1/knowledge/search?text=news+about+${name}`));
      if (results.some(({ entryId }) => entryId === id)) break;
    }
    times.push(performance.now() - sentAt);
  }
  for (const id of written) await (await fetch(`${url}/v1/knowledge/${id}`, { method: 'DELETE' })).body?.cancel();
  return times;
}
