import { TOPICS, type MarketDocumentEvent } from '@attune/contracts';
import { BatchHandler, type EventBatch } from '@attune/event-stream';
import { waitingForDatabase } from '@attune/service-kit';
import { Controller } from '@nestjs/common';
import { CONSUMER_GROUPS } from '../consumer-groups';
import { ScoringMetrics } from './scoring-metrics';
import { ScoringService } from './scoring-service';

/** Consumes `market.documents`. */
@Controller()
export class ScoringHandler {
  constructor(
    private readonly scoring: ScoringService,
    private readonly metrics: ScoringMetrics,
  ) {}

  @BatchHandler(TOPICS.marketDocuments, { group: CONSUMER_GROUPS.scoring, maxBatch: 250, concurrency: 2 })
  async score(batch: EventBatch<MarketDocumentEvent>): Promise<void> {
    const refuse = ({ message }: (typeof batch.events)[number], error: Error): Promise<void> => batch.deadLetter(message, error);
    this.metrics.count(await waitingForDatabase(this.scoring.process(batch.events, refuse, batch.signal)));
  }
}
