import { parentPort, type MessagePort } from 'node:worker_threads';
import { readDocument } from './read-document';
import type { ReadingReply, ReadingTask } from './reading-protocol';
import { RefusedDocument } from './refused-document';

/** Reads a document, and answers with what became of it. */
async function answer(port: MessagePort, task: ReadingTask): Promise<void> {
  port.postMessage(await replyTo(task));
}

async function replyTo(task: ReadingTask): Promise<ReadingReply> {
  const { id } = task;
  try {
    return { id, document: await readDocument(task) };
  } catch (error) {
    if (error instanceof RefusedDocument) return { id, refusal: { code: error.code, detail: error.detail } };
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  port.on('message', (task: ReadingTask) => void answer(port, task));
}
