import type { EventStream } from '@attune/event-stream';

/** Found by the start of a service, which then subscribes its handlers. */
export class EventConsumption {
  constructor(readonly stream: EventStream) {}
}
