import type { UploadProgress } from '@attune/contracts';
import { HttpProblem, readNdjson } from '@attune/service-kit';
import type { DocumentIntake } from './document-intake';

/** Documents of an upload that are published together, and the bytes that wait for it at most, but for a line. */
const BATCH = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Refusals that an upload's answer tells in full. */
const TOLD_REFUSALS = 1_000;

/**
 * Publishes the documents of a body with one a line, and tells after at most 500 how far it is. It never throws: the last
 * line says whether it came to the end.
 */
export async function* uploadDocuments(
  intake: DocumentIntake,
  body: AsyncIterable<Buffer>,
  client: AbortSignal,
): AsyncGenerator<UploadProgress> {
  let index = 0;
  let accepted = 0;
  let refusals = 0;
  const publish = async (bodies: readonly unknown[]): Promise<Omit<UploadProgress, 'done'>> => {
    const answer = await intake.publish(bodies, index);
    const told = Math.max(0, TOLD_REFUSALS - refusals);
    index += bodies.length;
    accepted += answer.accepted;
    refusals += answer.refused.length;
    return { accepted, refusals, refused: answer.refused.slice(0, told) };
  };
  try {
    let waiting: unknown[] = [];
    let waitingBytes = 0;
    for await (const { value, bytes } of readNdjson(body)) {
      client.throwIfAborted();
      waiting.push(value);
      waitingBytes += bytes;
      if (waiting.length < BATCH && waitingBytes < BATCH_BYTES) continue;
      yield { ...(await publish(waiting)), done: false };
      waiting = [];
      waitingBytes = 0;
    }
    yield { ...(await publish(waiting)), done: true };
  } catch (error) {
    const why = error instanceof HttpProblem ? `${error.message} ` : '';
    const message = `${why}The upload broke off: what was accepted stays, send the rest again.`;
    yield { accepted, refusals, refused: [], done: false, error: message };
  }
}
