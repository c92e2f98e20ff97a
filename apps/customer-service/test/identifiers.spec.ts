import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, SearchResponse } from '@attune/contracts';
import { z } from 'zod';
import { describeOnBothDatabases } from './on-both-databases';

const entrySchema = z.strictObject({ question: z.string(), answer: z.string(), asked: z.array(z.string()).min(1) });
/** Entries that differ by a code, a model or a part number alone, and questions that name it, in other spellings too. */
const ENTRIES = z.array(entrySchema).parse(JSON.parse(readFileSync(join(__dirname, 'identifiers.json'), 'utf8')));
const QUESTIONS = ENTRIES.flatMap(({ question, asked }) => asked.map((text) => ({ text, question })));

describeOnBothDatabases('exact identifiers, which the encoder does not know', 'identifiers', ({ ask }) => {
  const search = async (text: string): Promise<SearchResponse['results']> =>
    (await ask<SearchResponse>('GET', `/v1/knowledge/search?limit=50&text=${encodeURIComponent(text)}`)).body.results;

  beforeAll(async () => {
    for (const { question, answer } of ENTRIES) {
      expect((await ask<Entry>('POST', '/v1/knowledge', { question, answer })).status).toBe(201);
    }
  }, 120_000);

  it('are found first, whatever their spelling, where the nearest vector is another entry', async () => {
    const missed: string[] = [];
    let byVector = 0;
    for (const { text, question } of QUESTIONS) {
      const results = await search(text);
      if (results[0]?.question !== question) missed.push(`${text} → ${results[0]?.question ?? 'nothing'}`);
      const nearness = (result: SearchResponse['results'][number]): number => result.dense ?? 0;
      const right = results.find((result) => result.question === question);
      const others = results.filter((result) => result.question !== question);
      if (right !== undefined && others.every((other) => nearness(other) < nearness(right))) byVector += 1;
    }
    expect(missed).toEqual([]);
    expect(byVector).toBeLessThan(QUESTIONS.length / 10);
  }, 120_000);
});
