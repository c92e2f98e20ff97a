import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText, webAddress } from '../text';

/** Body of `POST /v1/webhooks`. */
export const webhookInputSchema = z.strictObject({
  url: webAddress(),
  secret: storableText().min(16).max(200).describe('Signs each delivery: HMAC-SHA256 of timestamp and body'),
  watchIds: z.array(storableText().max(200)).max(1_000).optional().describe('Only alerts of these; of all without it'),
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
