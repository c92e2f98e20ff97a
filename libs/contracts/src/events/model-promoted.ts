import { z } from 'zod';
import { cloudEventSchema } from '../cloud-event';

/** A notice that a version now serves; the truth is the model store's `current`. */
export const modelPromotedSchema = z.object({
  app: z.string().min(1),
  version: z.string().min(1),
  generation: z.number().int().positive(),
});
export type ModelPromoted = z.infer<typeof modelPromotedSchema>;

/** On `models.promoted`, compacted. */
export const modelPromotedEventSchema = cloudEventSchema('attune.model.promoted', modelPromotedSchema);
export type ModelPromotedEvent = z.infer<typeof modelPromotedEventSchema>;
