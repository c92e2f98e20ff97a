import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { ALERT_STATES, alertSchema } from '../events/alert';
import { windowAggregateSchema } from '../events/trend';
import { storableText } from '../text';
import { pageQuerySchema } from './page';

/** An alert and what people said of it. */
export const alertRecordSchema = alertSchema.extend({
  updatedAt: instantSchema,
  acknowledgedAt: instantSchema.optional(),
  acknowledgedBy: z.string().optional(),
  falseAlarm: z.boolean().describe('Marked false by a person; kept for learning'),
  note: z.string().optional(),
});
export type AlertRecord = z.infer<typeof alertRecordSchema>;

/** Query of `GET /v1/alerts`. */
export const alertsQuerySchema = pageQuerySchema.extend({
  state: z.enum(ALERT_STATES).optional(),
  watch: storableText().max(200).optional(),
});

/** Body of `PATCH /v1/alerts/{id}`. */
export const alertUpdateSchema = z
  .strictObject({ acknowledged: z.literal(true), falseAlarm: z.boolean(), note: storableText().max(2_000) })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'nothing to change')
  .meta({ minProperties: 1 });

/** Body of `PUT /v1/watches/{id}/mute`. */
export const muteSchema = z.strictObject({ until: instantSchema });

/** Nothing is counted before, and steps are counted from there. */
const EPOCH = 0;
const LAST_INSTANT = Date.parse('2999-12-31T23:59:59Z');
const countedInstant = instantSchema.refine((text) => {
  const instant = Date.parse(text);
  return instant >= EPOCH && instant <= LAST_INSTANT;
}, 'must lie in the years 1970 to 2999');

/** Query of `GET /v1/watches/{id}/trend`. */
export const trendQuerySchema = z.object({
  from: countedInstant,
  to: countedInstant,
  step: z.coerce.number().int().min(60).max(604_800).multipleOf(60).default(300).describe('Seconds, a number of minutes'),
  expected: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Tell of each step what was to be expected by those before it'),
});
const trendPointSchema = windowAggregateSchema.extend({
  expected: z
    .object({
      negativeStories: z.number().nonnegative().describe('Were nothing unusual going on'),
      alertFrom: z.number().int().positive().describe('The fewest negative stories for which a window of this length would open an alert'),
    })
    .optional()
    .describe('With ?expected=true, from where the past suffices'),
});
export const trendResponseSchema = z.object({ watchId: z.string(), step: z.number().int(), points: z.array(trendPointSchema) });
