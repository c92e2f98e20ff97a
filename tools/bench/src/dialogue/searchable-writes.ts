import { z } from 'zod';
import { json } from '../service-client';

const foundSchema = z.object({ results: z.array(z.object({ entryId: z.string() })) });
const writtenSchema = z.object({ id: z.string() });

/** Writes entries one after the other, and measures from sending each until a search finds it: milliseconds. */
export async function timeUntilSearchable(url: string, writes: number): Promise<number[]> {
  const times: number[] = [];
  for (let number = 0; number < writes; number++) {
    const name = `Fresh${number.toString(36)}a${Math.floor(number / 7)}`;
    const sentAt = performance.now();
    const { id } = writtenSchema.parse(
      await json(`${url}/v1/knowledge`, { question: `What is new about the ${name}?`, answer: `The ${name} was written during the load.` }),
    );
    for (;;) {
      const { results } = foundSchema.parse(await json(`${url}/v1/knowledge/search?text=news+about+${name}`));
      if (results.some(({ entryId }) => entryId === id)) break;
    }
    times.push(performance.now() - sentAt);
  }
  return times;
}
