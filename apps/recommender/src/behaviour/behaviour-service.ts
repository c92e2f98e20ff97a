import { behaviourSchema, type Behaviour, type EventsAccepted } from '@attune/contracts';
import type { BehaviourRepository } from './behaviour-repository';
import { eventTimeFault } from './event-time';

/** Takes in what people did. */
export class BehaviourService {
  constructor(
    private readonly repository: BehaviourRepository,
    private readonly now: () => number = Date.now,
  ) {}

  /** Writes those events down that are in order; the next request of their people reflects them. */
  async accept(bodies: readonly unknown[]): Promise<EventsAccepted> {
    const events: Behaviour[] = [];
    const refused: EventsAccepted['refused'] = [];
    bodies.forEach((body, index) => {
      const read = behaviourSchema.safeParse(body);
      const fault = read.success ? eventTimeFault(read.data.at, this.now()) : read.error.issues.map(describe).join('; ');
      if (read.success && fault === undefined) events.push(read.data);
      else refused.push({ index, message: fault ?? 'not an event' });
    });
    const accepted = await this.repository.record(events);
    return { accepted, repeated: events.length - accepted, refused };
  }
}

function describe({ path, message }: { path: PropertyKey[]; message: string }): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
