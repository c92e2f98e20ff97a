import { TOPICS, type BehaviourEvent } from '@attune/contracts';
import { BatchHandler, type EventBatch } from '@attune/event-stream';
import { waitingForDatabase } from '@attune/service-kit';
import { Controller } from '@nestjs/common';
import { BehaviourRepository } from './behaviour-repository';
import { eventTimeFault } from './event-time';

/** Consumes `behaviour.events`. */
@Controller()
export class BehaviourHandler {
  constructor(private readonly behaviour: BehaviourRepository) {}

  @BatchHandler(TOPICS.behaviourEvents, { group: 'recommender.behaviour', maxBatch: 500, concurrency: 2 })
  async takeEvents(batch: EventBatch<BehaviourEvent>): Promise<void> {
    const now = Date.now();
    const taken: BehaviourEvent[] = [];
    for (const { event, message } of batch.events) {
      const fault = eventTimeFault(event.data.at, now);
      if (fault === undefined) taken.push(event);
      else await batch.deadLetter(message, new Error(fault));
    }
    // An event without an id of its own is known by its envelope's, which the sender repeats with it.
    await waitingForDatabase(this.behaviour.record(taken.map(({ id, data }) => ({ ...data, id: data.id ?? id }))));
  }
}
