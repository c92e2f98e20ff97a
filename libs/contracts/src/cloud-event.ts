import { z } from 'zod';
import { storableText } from './text';

const FIRST_YEAR = Date.parse('0100-01-01T00:00:00Z');
const LAST_YEAR = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant as RFC 3339 with an offset, such as `2026-03-01T09:30:00Z`; in the years 100 to 9999 of UTC, which databases, ISO 8601 and JavaScript agree on. */
export const instantSchema = z.iso.datetime({ offset: true }).refine((text) => {
  const instant = Date.parse(text);
  return instant >= FIRST_YEAR && instant <= LAST_YEAR;
}, 'must lie in the years 100 to 9999 of UTC');

/** The same, read as a date. */
export const dateSchema = instantSchema.transform((text) => new Date(text));

/** W3C Trace Context, carried as the CloudEvents extension attribute `traceparent`. */
export const traceparentSchema = z.string().regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

/**
 * A CloudEvents 1.0 envelope in structured mode around `data`.
 *
 * @param type the event's type, such as `attune.market.document`
 */
export function cloudEventSchema<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({
    specversion: z.literal('1.0'),
    id: storableText()
      .min(1)
      .max(200)
      .describe('Deterministic: the same input and model give the same id, so that subscribers drop repeats by it'),
    source: storableText().min(1).max(500).describe('URI reference of what sent it'),
    type: z.literal(type),
    subject: storableText().min(1).max(500).optional(),
    time: instantSchema,
    datacontenttype: z.literal('application/json').default('application/json'),
    traceparent: traceparentSchema.optional(),
    data,
  });
}
