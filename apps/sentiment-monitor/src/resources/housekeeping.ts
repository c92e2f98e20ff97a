import { dueMerges } from '@attune/opinion';
import { RepeatedWork } from '@attune/service-kit';
import { expireProcessed, type Database } from '@attune/storage';
import { lt } from 'drizzle-orm';
import { alertEvents, documents, webhookDeliveries } from '../database/schema';
import { MentionRepository } from '../detection/mention-repository';
import { BucketRepository } from '../trends/bucket-repository';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;

/** Removes what is older than it is kept for, and merges old counts. */
export class Housekeeping {
  private readonly rounds: RepeatedWork;
  private readonly mentions: MentionRepository;
  private readonly buckets: BucketRepository;

  constructor(
    private readonly database: Database,
    private readonly retentionDays: number,
    onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.rounds = new RepeatedWork(() => this.run(), onError);
    this.mentions = new MentionRepository(database);
    this.buckets = new BucketRepository(database);
  }

  start(): void {
    this.rounds.start(HOUR);
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** One round. */
  async run(): Promise<void> {
    const before = new Date(this.now() - this.retentionDays * DAY);
    for (const merge of dueMerges(this.now())) await this.buckets.merge(merge);
    await this.mentions.expire(before);
    await this.database.query((orm) => orm.delete(documents).where(lt(documents.scoredAt, before)));
    await this.database.query((orm) => orm.delete(alertEvents).where(lt(alertEvents.createdAt, before)));
    await this.database.query((orm) => orm.delete(webhookDeliveries).where(lt(webhookDeliveries.attemptedAt, before)));
    await expireProcessed(this.database, { olderThan: this.retentionDays * DAY });
  }
}
