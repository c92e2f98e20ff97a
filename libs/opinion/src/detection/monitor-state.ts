import { z } from 'zod';
import { ALERT_SEVERITIES } from '@attune/contracts';
import { countBucketSchema } from '../windows/minute-bucket';

const time = z.number().int();

/** A story that may stand in an alert. */
export const openStorySchema = z.object({
  id: z.string(),
  documentId: z.string().describe('Its first telling'),
  title: z.string().optional(),
  url: z.string().optional(),
  source: z.string(),
  publishedAt: time,
  tellings: z.number().int().positive(),
  score: z.number(),
});
export type OpenStory = z.infer<typeof openStorySchema>;

export const openAlertSchema = z.object({
  id: z.string(),
  openedAt: time.describe('Start of the window that opened it'),
  severity: z.enum(ALERT_SEVERITIES),
  calmSince: time.nullable().describe('End of the first of the calm windows up to now'),
  probability: z.number().describe('The least of all its windows'),
  peak: z.number().describe('Most negative stories in a window'),
  slowness: z.number().default(0).describe('Milliseconds over which the stories came that surprised; 0 where a window showed them'),
  modelVersion: z.string().default('').describe('Of the model whose labels raised it last'),
});
export type OpenAlert = z.infer<typeof openAlertSchema>;

/** All that is known of a watch: JSON of a size bounded by the window's length. */
export const watchMonitorStateSchema = z.object({
  windowMinutes: z.number().int(),
  hopMinutes: z.number().int(),
  detectorName: z.string(),
  watermark: time.nullable().describe('No document before it is waited for; null before the first'),
  nextClose: time.describe('Start of the window that closes next'),
  nextLearn: time.describe('Start of the window that the detector learns next'),
  empty: z.boolean().describe('The window that closed last held no documents'),
  buckets: z.array(countBucketSchema).describe('Counts that are still needed, a hop each, in the order of their start'),
  stories: z.array(openStorySchema),
  detector: z.unknown(),
  alert: openAlertSchema.nullable(),
  unsettled: z
    .array(time)
    .default([])
    .describe('Watermarks at which open windows are judged again, ascending: when documents came, earlier windows could not close yet'),
  coolUntil: time.nullable().describe('No alert opens before'),
});
export type WatchMonitorState = z.infer<typeof watchMonitorStateSchema>;
