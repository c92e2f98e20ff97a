import { readFile } from 'node:fs/promises';
import { AttuneError } from '@attune/artifact';
import { z } from 'zod';

/** An entry of the knowledge, and the ways in which people asked for it. */
export interface FaqEntry {
  readonly question: string;
  readonly answers: readonly string[];
  readonly queries: readonly string[];
}

const texts = z.array(z.string().nullable());
const fileSchema = z.record(
  z.string(),
  z.object({ qapair: z.array(z.object({ question: z.string(), answer: z.union([texts, z.string()]), rephr: texts })) }),
);

/**
 * Reads stackExchange-FAQ.json (Karan and Šnajder 2018; the file of the StackFAQ set): entries with paraphrases of their questions.
 *
 * @throws AttuneError `bad-data` where it is another file
 */
export async function readStackFaq(file: string): Promise<FaqEntry[]> {
  const read = fileSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  const [set] = read.success ? Object.values(read.data) : [];
  if (set === undefined) {
    throw new AttuneError('bad-data', `${file} is not the file of StackFAQ.`, {
      cause: read.error,
      remedy: 'Name stackExchange-FAQ.json.',
    });
  }
  return set.qapair.map(({ question, answer, rephr }) => ({
    question,
    answers: [answer].flat().filter((text): text is string => text !== null && text.trim() !== ''),
    // An asterisk stands where nobody wrote a paraphrase.
    queries: rephr.filter((text): text is string => text !== null && text.trim() !== '' && text.trim() !== '*'),
  }));
}
