import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';

const count = z.number().int().nonnegative();

/** Counts by class. */
export const classCountsSchema = z.object({ negative: count, neutral: count, positive: count });
export type ClassCounts = z.infer<typeof classCountsSchema>;

/** Aggregates of a window of event time. */
export const windowAggregateSchema = z.object({
  start: instantSchema,
  end: instantSchema.describe('Exclusive'),
  documents: classCountsSchema.describe('Every telling'),
  stories: classCountsSchema.describe('Each story once, where it was first told'),
  meanScore: z.number().min(-1).max(1).nullable().describe('Over documents; null where there are none'),
});
export type WindowAggregate = z.infer<typeof windowAggregateSchema>;

/** The newest closed window of a watch. */
export const trendSchema = windowAggregateSchema.extend({ watchId: z.string(), closed: z.boolean() });
export type Trend = z.infer<typeof trendSchema>;

/** On `market.trends`, compacted. */
export const trendEventSchema = cloudEventSchema('attune.market.trend', trendSchema);
export type TrendEvent = z.infer<typeof trendEventSchema>;
