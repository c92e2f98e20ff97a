import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { SEARCH_SETTING } from '../vectors/search-setting';
import type { EngineFault, EngineMessage, EngineRequest, EngineRows } from './engine-protocol';

/** Drizzle reads times and intervals, and arrays of them and of numerics (their type ids), from text itself. */
const AS_TEXT = [types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, 1231, 1115, 1185, 1187, 1182];
const PARSERS = Object.fromEntries(AS_TEXT.map((type) => [type, (text: string) => text]));

interface OpenTransaction {
  readonly queries: Transaction;
  readonly end: (commit: boolean) => void;
  /** Settles once the end has been carried out. */
  readonly ended: Promise<unknown>;
}

class Rollback extends Error {}

/** The embedded database, in this thread: it computes without a pause, and no event loop of a service may wait for it. */
class EngineThread {
  private readonly transactions = new Map<number, OpenTransaction>();

  constructor(
    private readonly engine: PGlite,
    private readonly post: (message: EngineMessage) => void,
  ) {}

  async handle(id: number, request: EngineRequest): Promise<void> {
    try {
      const result = await this.answer(request);
      this.post({ kind: 'answer', id, ...(result === undefined ? {} : { result }) });
    } catch (error) {
      this.post({ kind: 'answer', id, fault: faultOf(error) });
    }
  }

  private async answer(request: EngineRequest): Promise<EngineRows | undefined> {
    switch (request.kind) {
      case 'query':
        return this.query(request);
      case 'begin':
        await this.begin(request.transaction);
        return undefined;
      case 'end':
        await this.end(request.transaction, request.commit);
        return undefined;
      case 'listen':
        await this.engine.listen(request.channel, (payload) => this.post({ kind: 'notification', channel: request.channel, payload }));
        return undefined;
      case 'unlisten':
        await this.engine.unlisten(request.channel);
        return undefined;
      case 'close':
        await this.engine.close();
        return undefined;
    }
  }

  private async query({ text, parameters, asArrays, transaction }: EngineRequest & { kind: 'query' }): Promise<EngineRows> {
    const queries = transaction === undefined ? this.engine : this.transactions.get(transaction)?.queries;
    if (queries === undefined) throw new Error('The transaction has ended.');
    const { rows } = await queries.query(text, [...parameters], { rowMode: asArrays ? 'array' : 'object', parsers: PARSERS });
    return { rows };
  }

  private async begin(transaction: number): Promise<void> {
    let begun: (queries: Transaction) => void = () => undefined;
    let end: (commit: boolean) => void = () => undefined;
    const queries = new Promise<Transaction>((resolve) => (begun = resolve));
    const decision = new Promise<boolean>((resolve) => (end = resolve));
    const ended = this.engine.transaction(async (each) => {
      begun(each);
      if (!(await decision)) throw new Rollback();
    });
    // Where it cannot begin, the first says why; later failures are those of its end.
    ended.catch(() => undefined);
    const first = await Promise.race([queries, ended]);
    if (first !== undefined) this.transactions.set(transaction, { queries: first, end, ended });
  }

  private async end(transaction: number, commit: boolean): Promise<void> {
    const open = this.transactions.get(transaction);
    this.transactions.delete(transaction);
    open?.end(commit);
    await open?.ended.catch((error: unknown) => {
      if (!(error instanceof Rollback)) throw error;
    });
  }
}

function faultOf(error: unknown): EngineFault {
  if (!(error instanceof Error)) return { message: String(error), properties: {} };
  const texts = Object.entries(error).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { message: error.message, properties: Object.fromEntries(texts) };
}

/** What is used of PGlite's own: its loop takes the end of PostgreSQL for a passing error, and tries for ever. */
interface Internals {
  readonly POSTGRES_MAIN_LONGJMP?: number;
  readonly mod?: { _PostgresMainLoopOnce?: () => void };
}

/** Tells when PostgreSQL ends itself, as it does where its log cannot be written, and rests this thread until it is ended, too. */
function tellEnd(engine: PGlite, post: (message: EngineMessage) => void): void {
  const { mod, POSTGRES_MAIN_LONGJMP } = engine as unknown as Internals;
  const loopOnce = mod?._PostgresMainLoopOnce;
  if (mod === undefined || loopOnce === undefined) return;
  mod._PostgresMainLoopOnce = () => {
    try {
      loopOnce();
    } catch (error) {
      const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
      if (status === POSTGRES_MAIN_LONGJMP) throw error;
      post({ kind: 'ended' });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
  };
}

async function open(folder: string | undefined, post: (message: EngineMessage) => void): Promise<PGlite> {
  const engine = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    extensions: { vector },
    relaxedDurability: true,
  });
  tellEnd(engine, post);
  await engine.exec(`set timezone = 'UTC'; ${SEARCH_SETTING}`);
  return engine;
}

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const post = (message: EngineMessage): void => port.postMessage(message);
  const { folder } = workerData as { folder: string | undefined };
  try {
    const thread = new EngineThread(await open(folder, post), post);
    port.on('message', ({ id, request }: { id: number; request: EngineRequest }) => void thread.handle(id, request));
    post({ kind: 'answer', id: 0 });
  } catch (error) {
    post({ kind: 'answer', id: 0, fault: faultOf(error) });
  }
}

if (parentPort !== null) void serve(parentPort);
