import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EngineFault, EngineMessage, EngineRequest, EngineRows } from './engine-protocol';

/** Id of the thread's first answer: that the database is open. */
const OPENING = 0;

interface Waiting {
  resolve(rows: EngineRows): void;
  reject(error: Error): void;
}

/** What Drizzle's driver for PGlite asks of it. */
export interface EngineQueries {
  query(text: string, parameters?: readonly unknown[], options?: { readonly rowMode?: string }): Promise<EngineRows>;
}

/** The embedded database in a thread of its own, which Drizzle takes for PGlite itself. */
export class Engine implements EngineQueries {
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Map<string, Set<(payload: string) => void>>();
  private readonly opened: Promise<EngineRows>;
  /** Resolves when the thread has ended, by itself or because it was closed. */
  readonly over: Promise<void>;
  private lastId = OPENING;
  private isOver = false;
  private tellOver: () => void = () => undefined;

  private constructor(private readonly thread: Worker) {
    this.opened = new Promise((resolve, reject) => this.waiting.set(OPENING, { resolve, reject }));
    this.over = new Promise((resolve) => (this.tellOver = resolve));
    thread.on('message', (message: EngineMessage) => this.receive(message));
    thread.on('error', (error) => this.fail(error));
    thread.on('exit', () => this.fail(new Error('PGlite is closed')));
  }

  /** @param folder where the data are kept; without one they go with the process */
  static async open(folder: string | undefined): Promise<Engine> {
    const thread = new Worker(join(__dirname, 'engine-thread-entry.js'), { workerData: { folder } });
    const engine = new Engine(thread);
    try {
      await engine.opened;
      return engine;
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  query(text: string, parameters: readonly unknown[] = [], options: { readonly rowMode?: string } = {}): Promise<EngineRows> {
    return this.ask({ kind: 'query', text, parameters, asArrays: options.rowMode === 'array' });
  }

  /** Runs work in a transaction, after the one at work: there is one connection. */
  async transaction<T>(work: (queries: EngineQueries) => Promise<T>): Promise<T> {
    const transaction = ++this.lastId;
    await this.ask({ kind: 'begin', transaction });
    let commit = false;
    try {
      const result = await work({
        query: (text, parameters = [], options = {}) =>
          this.ask({ kind: 'query', text, parameters, asArrays: options.rowMode === 'array', transaction }),
      });
      commit = true;
      return result;
    } finally {
      const end = this.ask({ kind: 'end', transaction, commit });
      // The work's own error says more than that of its rollback.
      await (commit ? end : end.catch(() => undefined));
    }
  }

  /** @returns stops hearing */
  async listen(channel: string, onNotification: (payload: string) => void): Promise<() => Promise<void>> {
    const listeners = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, listeners.add(onNotification));
    if (listeners.size === 1) await this.ask({ kind: 'listen', channel });
    return async () => {
      listeners.delete(onNotification);
      if (listeners.size === 0) await this.ask({ kind: 'unlisten', channel });
    };
  }

  async close(): Promise<void> {
    if (this.isOver) return;
    await this.ask({ kind: 'close' });
    await this.end(new Error('PGlite is closed'));
  }

  /** The thread keeps the process alive as long as an answer is awaited, and no longer. */
  private ask(request: EngineRequest): Promise<EngineRows> {
    if (this.isOver) return Promise.reject(new Error('PGlite is closed'));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.thread.ref();
      this.thread.postMessage({ id, request });
    });
  }

  private receive(message: EngineMessage): void {
    if (message.kind === 'ended') {
      void this.end(new Error('PGlite is closed: PostgreSQL has ended itself'));
      return;
    }
    if (message.kind === 'notification') {
      for (const listener of this.listeners.get(message.channel) ?? []) listener(message.payload);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (this.waiting.size === 0) this.thread.unref();
    if (message.fault === undefined) waiting?.resolve(message.result ?? { rows: [] });
    else waiting?.reject(errorOf(message.fault));
  }

  private async end(error: Error): Promise<void> {
    this.fail(error);
    await this.thread.terminate();
  }

  private fail(error: unknown): void {
    this.isOver = true;
    for (const { reject } of this.waiting.values()) reject(error instanceof Error ? error : new Error(String(error)));
    this.waiting.clear();
    this.tellOver();
  }
}

function errorOf({ message, properties }: EngineFault): Error {
  return Object.assign(new Error(message), properties);
}
