import { catalogIdSchema, TOPICS, type CatalogItemEvent } from '@attune/contracts';
import { BatchHandler, type EventBatch } from '@attune/event-stream';
import { waitingForDatabase } from '@attune/service-kit';
import { Controller } from '@nestjs/common';
import { ItemService } from './item-service';

/** Consumes `catalog.items`: a value is the item as it now is, none its deletion. */
@Controller()
export class ItemsHandler {
  constructor(private readonly items: ItemService) {}

  @BatchHandler(TOPICS.catalogItems, { group: 'recommender.items', maxBatch: 200, deletions: true })
  async takeItems({ events, deletions }: EventBatch<CatalogItemEvent>): Promise<void> {
    const deleted = deletions.map(({ key }) => String(key)).filter((key) => catalogIdSchema.safeParse(key).success);
    await waitingForDatabase(this.items.write(events.map(({ event }) => event.data)));
    await waitingForDatabase(this.items.remove(deleted));
  }
}
