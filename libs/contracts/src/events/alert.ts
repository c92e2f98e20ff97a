import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';

export const ALERT_SEVERITIES = ['warning', 'high', 'critical'] as const;
export const ALERT_STATES = ['open', 'resolved'] as const;

const story = z.object({
  documentId: z.string().describe('Its first telling'),
  title: z.string().optional(),
  url: z.string().optional(),
  source: z.string(),
  publishedAt: instantSchema,
  tellings: z.number().int().positive().describe('Documents that told it'),
  score: z.number().min(-1).max(1),
});

/** Negative opinion about a watch that surges. One is open a watch; it escalates and resolves. */
export const alertSchema = z.object({
  id: z.string(),
  watchId: z.string(),
  watchName: z.string(),
  state: z.enum(ALERT_STATES),
  severity: z.enum(ALERT_SEVERITIES),
  change: z.enum(['opened', 'escalated', 'resolved']),
  openedAt: instantSchema.describe('Event time of the window that opened it'),
  resolvedAt: instantSchema.optional(),
  window: z.object({ start: instantSchema, end: instantSchema }),
  observed: z.number().nonnegative().describe('Negative stories in the window'),
  expected: z.number().nonnegative().describe('Those expected of this watch at this hour'),
  probability: z.number().min(0).max(1).describe('Of so many or more, were nothing unusual going on'),
  negativeShare: z.number().min(0).max(1),
  volume: z.number().int().nonnegative().describe('Stories of any class in the window'),
  documents: z.number().int().nonnegative().describe('Documents that told the negative stories'),
  reasons: z.array(z.string()).min(1).describe('For people'),
  stories: z.array(story).max(5).describe('The most told and most negative ones'),
  modelVersion: z.string(),
  detector: z.string(),
});
export type Alert = z.infer<typeof alertSchema>;
export type AlertSeverity = Alert['severity'];

/** On `alerts.sentiment`, in the stream of server-sent events, and to webhooks. */
export const alertEventSchema = cloudEventSchema('attune.alert.sentiment', alertSchema);
export type AlertEvent = z.infer<typeof alertEventSchema>;
