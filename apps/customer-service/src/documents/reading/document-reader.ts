import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AttuneError } from '@attune/artifact';
import { HttpProblem } from '@attune/service-kit';
import type { ReadDocument, ReadingReply, ReadingTask } from './reading-protocol';

/** Milliseconds that a document may take, megabytes of memory for it, and documents that wait for others. */
const PATIENCE = 60_000;
const MEGABYTES = 768;
const MOST_WAITING = 8;
const ENTRY = join(__dirname, 'reading-worker-entry.js');

/** What of a reading thread is told to whoever waits for its answer. */
type Ending = { readonly reply: ReadingReply } | { readonly died: Error };

/**
 * Reads documents in a thread of their own, one after the other: the largest and the strangest one holds up no conversation. One that
 * takes too long or too much memory is refused, and the thread begun anew.
 */
export class DocumentReader {
  private worker: Worker | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private nextId = 0;

  constructor(private readonly patience = PATIENCE) {}

  /** @throws HttpProblem that says why it cannot be taken in; `overloaded` where too many wait */
  async read(task: Omit<ReadingTask, 'id'>): Promise<ReadDocument> {
    if (this.waiting >= MOST_WAITING)
      throw new HttpProblem('overloaded', { detail: 'Too many documents are being read.', retryAfterSeconds: 5 });
    this.waiting += 1;
    const turn = this.last.then(() => this.readNow({ ...task, id: this.nextId++ }));
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting -= 1;
    }
  }

  async close(): Promise<void> {
    await this.last;
    await this.worker?.terminate();
  }

  private async readNow(task: ReadingTask): Promise<ReadDocument> {
    const worker = (this.worker ??= this.begin());
    const ending = await this.endingOf(worker, task);
    if ('died' in ending) {
      this.worker = undefined;
      await worker.terminate();
      throw new HttpProblem('unprocessable', {
        detail: 'This document is too large or too tangled to be read. Send it in parts.',
        cause: ending.died,
      });
    }
    const { reply } = ending;
    if ('document' in reply) return reply.document;
    if ('refusal' in reply) throw new HttpProblem(reply.refusal.code, { detail: reply.refusal.detail });
    throw new AttuneError('inference-failed', `A document could not be read: ${reply.failure}`);
  }

  private begin(): Worker {
    const worker = new Worker(ENTRY, { resourceLimits: { maxOldGenerationSizeMb: MEGABYTES } });
    worker.unref();
    // Whoever waits for its answer is told by listeners of their own.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.worker === worker) this.worker = undefined;
    });
    return worker;
  }

  private endingOf(worker: Worker, task: ReadingTask): Promise<Ending> {
    return new Promise((resolve) => {
      const settle = (ending: Ending): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        resolve(ending);
      };
      const onMessage = (reply: ReadingReply): void => settle({ reply });
      const onError = (died: Error): void => settle({ died });
      const onExit = (code: number): void => settle({ died: new Error(`the thread ended with code ${code}`) });
      const timer = setTimeout(() => settle({ died: new Error('it took too long') }), this.patience);
      worker.once('message', onMessage).once('error', onError).once('exit', onExit);
      worker.postMessage(task);
    });
  }
}
