import type { Engine, EngineQueries } from './engine';
import type { EngineRows } from './engine-protocol';

/** Milliseconds for which a failure to open stands: opening costs seconds of computing. */
const AGAIN = 3_000;

/**
 * The embedded database through the end of its thread: PostgreSQL ends itself where its log cannot be written, on a full
 * disk above all. The next who asks has it opened anew, which recovers what was committed.
 */
export class LastingEngine implements EngineQueries {
  private failure: { readonly error: unknown; readonly until: number } | undefined;
  private isClosed = false;
  private tellLost: () => void = () => undefined;

  private constructor(
    private readonly openEngine: () => Promise<Engine>,
    private current: Promise<Engine> | undefined,
  ) {}

  /** @throws what `openEngine` throws the first time */
  static async open(openEngine: () => Promise<Engine>): Promise<LastingEngine> {
    const engine = await openEngine();
    const lasting = new LastingEngine(openEngine, Promise.resolve(engine));
    lasting.watch(engine);
    return lasting;
  }

  /** Told each time that an engine is lost, and with it what belonged to its connection. */
  onLost(tell: () => void): void {
    this.tellLost = tell;
  }

  async query(...parameters: Parameters<Engine['query']>): Promise<EngineRows> {
    return (await this.alive()).query(...parameters);
  }

  async transaction<T>(work: (queries: EngineQueries) => Promise<T>): Promise<T> {
    return (await this.alive()).transaction(work);
  }

  async listen(...parameters: Parameters<Engine['listen']>): ReturnType<Engine['listen']> {
    return (await this.alive()).listen(...parameters);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await (await this.current?.catch(() => undefined))?.close();
  }

  private alive(): Promise<Engine> {
    if (this.isClosed) return Promise.reject(new Error('PGlite is closed'));
    this.current ??= this.reopen().catch((error: unknown) => {
      this.current = undefined;
      throw error;
    });
    return this.current;
  }

  private async reopen(): Promise<Engine> {
    try {
      if (this.failure !== undefined && performance.now() < this.failure.until) throw this.failure.error;
      const engine = await this.openEngine();
      this.failure = undefined;
      this.watch(engine);
      return engine;
    } catch (error) {
      if (error !== this.failure?.error) this.failure = { error, until: performance.now() + AGAIN };
      throw error;
    }
  }

  private watch(engine: Engine): void {
    void engine.over.then(() => {
      this.current = undefined;
      this.tellLost();
    });
  }
}
