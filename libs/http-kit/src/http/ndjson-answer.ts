import type { FastifyReply } from 'fastify';
import { beginRawAnswer } from './raw-answer';

/** Answers with rows as JSON lines, page by page as they come; what fails on the way, or a client that left, cuts the answer short. */
export async function answerWithRows(reply: FastifyReply, client: AbortSignal, pages: AsyncIterable<readonly object[]>): Promise<void> {
  const raw = beginRawAnswer(reply, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  try {
    for await (const rows of pages) {
      client.throwIfAborted();
      raw.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    }
    raw.end();
  } catch {
    raw.destroy();
  }
}
