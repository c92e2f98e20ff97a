import { eventsAcceptedSchema, eventsInputSchema, type EventsAccepted } from '@attune/contracts';
import { ApiRoute, HttpProblem, ZodBody } from '@attune/service-kit';
import { Controller, HttpCode, Post } from '@nestjs/common';
import type { z } from 'zod';
import { BehaviourService } from './behaviour-service';

const EVENT = { user: 'reader-12', item: 'window-repair', type: 'viewed', at: '2026-03-01T09:31:00Z' };

/** What people do. */
@Controller('/v1/events')
export class BehaviourController {
  constructor(private readonly behaviour: BehaviourService) {}

  @Post()
  @HttpCode(200)
  @ApiRoute({
    summary: 'Tell what a person did, or up to 1,000 such events',
    description:
      'Events may come late, out of order and more than once: each counts once, at its own time, and shows in the next request of its person.',
    scope: 'write',
    responses: { 200: { description: 'Taken in', schema: eventsAcceptedSchema, example: { accepted: 1, repeated: 0, refused: [] } } },
    problems: ['unavailable'],
    examples: { one: EVENT, several: { events: [EVENT, { ...EVENT, type: 'clicked', at: '2026-03-01T09:31:05Z' }] } },
  })
  async createEvents(@ZodBody(eventsInputSchema) body: z.infer<typeof eventsInputSchema>): Promise<EventsAccepted> {
    const answer = await this.behaviour.accept('events' in body ? body.events : [body]);
    if (answer.accepted + answer.repeated > 0) return answer;
    throw new HttpProblem('invalid-request', {
      errors: answer.refused.map(({ index, message }) => ({ path: 'events' in body ? `/body/events/${index}` : '/body', message })),
    });
  }
}
