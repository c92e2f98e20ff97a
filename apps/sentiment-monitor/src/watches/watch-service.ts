import { AttuneError } from '@attune/artifact';
import { storableText, TOPICS, type Watch, type WatchInput } from '@attune/contracts';
import { assertTopicOfHead, assertWatchTarget } from '@attune/opinion';
import { decodeCursor, HttpProblem, pageOf, type Page } from '@attune/service-kit';
import { enqueue } from '@attune/storage';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BucketRepository } from '../trends/bucket-repository';
import { WatchStateRepository } from '../detection/watch-state-repository';
import { SentimentModel } from '../scoring/sentiment-model';
import { WatchDirectory } from './watch-directory';
import { WatchRepository } from './watch-repository';

const placeSchema = z.object({ id: storableText() });

/** Keeps watches, and what hangs on them. */
@Injectable()
export class WatchService {
  constructor(
    private readonly repository: WatchRepository,
    private readonly directory: WatchDirectory,
    private readonly buckets: BucketRepository,
    private readonly states: WatchStateRepository,
    private readonly model: SentimentModel,
  ) {}

  /** @throws HttpProblem `unprocessable` where a pattern is not one, or the head that serves cannot find the topic */
  async create(input: WatchInput): Promise<Watch> {
    this.assertTarget(input);
    const watch = await this.repository.create(input);
    await this.directory.refresh();
    return watch;
  }

  get(id: string): Promise<Watch> {
    return this.repository.get(id);
  }

  async list({ cursor, limit }: { cursor?: string | undefined; limit: number }): Promise<Page<Watch>> {
    const found = await this.repository.list(decodeCursor(cursor, placeSchema)?.id, limit + 1);
    return pageOf(found, limit, ({ id }) => ({ id }));
  }

  async replace(id: string, input: WatchInput): Promise<Watch> {
    this.assertTarget(input);
    const watch = await this.repository.replace(id, input);
    await this.directory.refresh();
    return watch;
  }

  async mute(id: string, until: Date | null): Promise<Watch> {
    const watch = await this.repository.mute(id, until);
    await this.directory.refresh();
    return watch;
  }

  async delete(id: string): Promise<void> {
    await this.repository.delete(id, async (tx) => {
      await this.buckets.forget(tx, id);
      await this.states.forget(tx, id);
      await enqueue(tx, [{ topic: TOPICS.marketTrends.name, key: id, value: null }]);
    });
    await this.directory.refresh();
  }

  private assertTarget({ target }: WatchInput): void {
    try {
      assertWatchTarget(target);
      assertTopicOfHead(target, { topicLabels: this.model.tasks.topicLabels, embeds: this.model.embeds });
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      throw new HttpProblem('unprocessable', { detail: [error.message, error.remedy].filter(Boolean).join(' '), cause: error });
    }
  }
}
