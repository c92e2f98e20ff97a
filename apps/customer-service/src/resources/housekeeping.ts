import { RepeatedWork } from '@attune/service-kit';
import { expireProcessed, type Database } from '@attune/storage';
import type { ConversationEraser } from '../privacy/conversation-eraser';
import type { VectorIndex } from '../retrieval/vector-index';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
/** Days for which the vectors of a version are kept that does not serve any more, for a rollback. */
const ROLLBACK_DAYS = 30;

/** Removes what is older than it is kept for. */
export class Housekeeping {
  private readonly rounds: RepeatedWork;
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly eraser: ConversationEraser,
    private readonly vectors: VectorIndex,
    private readonly touchServing: () => Promise<void>,
    private readonly retentionDays: number,
    onError: (error: unknown) => void,
  ) {
    this.rounds = new RepeatedWork(() => this.run(), onError);
  }

  /** The first round is at once: a service that is restarted within the hour removes what is old, too. */
  start(): void {
    this.rounds.start(HOUR, { atOnce: true });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.rounds.stop();
  }

  /** One round. */
  async run(): Promise<void> {
    const { signal } = this.stopping;
    const before = (days: number): Date => new Date(Date.now() - days * DAY);
    await this.eraser.eraseOlderThan(before(this.retentionDays), signal);
    await this.touchServing();
    await this.vectors.dropOlderThan(before(ROLLBACK_DAYS));
    await expireProcessed(this.database, { olderThan: this.retentionDays * DAY, signal });
  }
}
