import { AttuneError } from '@attune/errors';
import type { z } from 'zod';

/** Makes sure that an example passes its schema. @throws {AttuneError} `bad-data`: the documentation contradicts itself */
export function checkExample(where: string, schema: z.ZodType, example: unknown): void {
  const read = schema.safeParse(example);
  if (read.success) return;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AttuneError('bad-data', `The example of ${where} does not pass its schema: ${faults}.`, {
    remedy: 'Mend the example or the schema.',
  });
}
