import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HANDBOOKS, readHandbooks } from '../passages/handbooks';
import { json } from '../service-client';

const writtenSchema = z.object({ id: z.string() });
const repliedSchema = z.object({ reply: z.object({ citations: z.array(z.object({ kind: z.string() })) }).nullable() });

/** How long replies took that quote documents: milliseconds. */
export interface QuotedReplies {
  /** The first time that they were quoted. */
  readonly first: number[];
  /** When the same was asked once more. */
  readonly again: number[];
}

/** Uploads handbooks, asks what they answer one after the other, each in a conversation of its own, and removes them. */
export async function timeQuotedReplies(url: string): Promise<QuotedReplies> {
  const handbooks = await readHandbooks();
  const ids: string[] = [];
  for (const { name } of handbooks) {
    const body = await readFile(join(HANDBOOKS, `${name}.md`), 'utf8');
    const answer = await fetch(`${url}/v1/documents?locale=en`, { method: 'POST', headers: { 'content-type': 'text/markdown' }, body });
    ids.push(writtenSchema.parse(await answer.json()).id);
  }
  try {
    const questions = handbooks.flatMap(({ questions: own }) => own.filter(({ heading }) => heading !== undefined).map(({ text }) => text));
    return { first: await quotedTimes(url, questions), again: await quotedTimes(url, questions) };
  } finally {
    for (const id of ids) await fetch(`${url}/v1/documents/${id}`, { method: 'DELETE' });
  }
}

/** Of those questions whose replies quote documents. */
async function quotedTimes(url: string, questions: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const text of questions) {
    const { id } = writtenSchema.parse(await json(`${url}/v1/conversations`, { locale: 'en' }));
    const sentAt = performance.now();
    const { reply } = repliedSchema.parse(await json(`${url}/v1/conversations/${id}/messages`, { text }));
    if (reply?.citations.some(({ kind }) => kind === 'passage') === true) times.push(performance.now() - sentAt);
  }
  return times;
}
