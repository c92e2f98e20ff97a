import { TOPICS, type DocumentSentimentEvent } from '@attune/contracts';
import { BatchHandler, type EventBatch } from '@attune/event-stream';
import { waitingForDatabase } from '@attune/service-kit';
import { Controller } from '@nestjs/common';
import { CONSUMER_GROUPS } from '../consumer-groups';
import { DetectionService } from './detection-service';

/** Consumes `market.sentiment`. */
@Controller()
export class DetectionHandler {
  constructor(private readonly detection: DetectionService) {}

  @BatchHandler(TOPICS.marketSentiment, { group: CONSUMER_GROUPS.detection, maxBatch: 500, concurrency: 2 })
  async detect({ events, partition }: EventBatch<DocumentSentimentEvent>): Promise<void> {
    await waitingForDatabase(
      this.detection.process(
        events.map(({ event }) => event),
        partition,
      ),
    );
  }
}
