import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';
import { storableText } from '../text';
import { catalogIdSchema } from './catalog-item';

/** What a person can do with an item. */
export const BEHAVIOUR_TYPES = ['viewed', 'clicked', 'commented', 'shared', 'purchased', 'dismissed'] as const;
export type BehaviourType = (typeof BEHAVIOUR_TYPES)[number];

const EPOCH = 0;

/** Something that a person did with an item. */
export const behaviourSchema = z.strictObject({
  id: storableText(200)
    .min(1)
    .optional()
    .describe('By which a repeat is known; without it, the same user, item, type and time are a repeat'),
  user: catalogIdSchema,
  item: catalogIdSchema,
  type: z.enum(BEHAVIOUR_TYPES),
  at: instantSchema.refine((text) => Date.parse(text) >= EPOCH, 'must not lie before 1970').describe('Event time: when the person did it'),
  value: z.number().min(0).max(1e6).optional().describe('How much of it, such as a quantity; multiplies the weight of the type'),
  impressionId: z.string().max(100).optional().describe('Of the list in which the person saw the item'),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

/** On `behaviour.events`. */
export const behaviourEventSchema = cloudEventSchema('attune.behaviour', behaviourSchema);
export type BehaviourEvent = z.infer<typeof behaviourEventSchema>;
