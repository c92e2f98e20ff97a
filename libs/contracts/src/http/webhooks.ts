import { z } from 'zod';
import { instantSchema } from '../cloud-event';

/** Body of `POST /v1/webhooks`. */
export const webhookInputSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  secret: z.string().min(16).max(200).describe('Signs each delivery: HMAC-SHA256 of timestamp and body'),
  watchIds: z.array(z.string().max(200)).max(1_000).optional().describe('Only alerts of these; of all without it'),
  enabled: z.boolean().default(true),
});
export const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  watchIds: z.array(z.string()).optional(),
  enabled: z.boolean(),
  createdAt: instantSchema,
  lastDelivery: z.object({ at: instantSchema, status: z.number().int().optional(), error: z.string().optional() }).optional(),
});
export type Webhook = z.infer<typeof webhookSchema>;
