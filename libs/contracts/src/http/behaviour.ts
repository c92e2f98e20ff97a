import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { behaviourSchema, BEHAVIOUR_TYPES } from '../events/behaviour';

/** Most events of one request. */
export const MAX_EVENTS = 1_000;

/** Body of `POST /v1/events`; each event is looked at by itself. */
export const eventsInputSchema = z.union([behaviourSchema, z.object({ events: z.array(z.unknown()).min(1).max(MAX_EVENTS) })]);

/** What became of handed-in events. */
export const eventsAcceptedSchema = z.object({
  accepted: z.number().int().nonnegative().describe('Events that count now'),
  repeated: z.number().int().nonnegative().describe('Events that had come before, and count once'),
  refused: z.array(z.object({ index: z.number().int().nonnegative(), message: z.string() })),
});
export type EventsAccepted = z.infer<typeof eventsAcceptedSchema>;

/** Query of `GET /v1/training/events.csv`. */
export const trainingEventsQuerySchema = z
  .object({ from: instantSchema.optional(), to: instantSchema.optional().describe('Exclusive') })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    message: 'to must be after from',
  });

/** What is known of a user. */
export const userProfileSchema = z.object({
  id: z.string(),
  events: z.number().int().nonnegative(),
  eventsByType: z.partialRecord(z.enum(BEHAVIOUR_TYPES), z.number().int().nonnegative()),
  lastEventAt: instantSchema.optional(),
  recent: z
    .array(z.object({ item: z.string(), title: z.string().optional(), type: z.enum(BEHAVIOUR_TYPES), at: instantSchema }))
    .describe('The latest events, newest first, at most 50'),
});
export type UserProfile = z.infer<typeof userProfileSchema>;
