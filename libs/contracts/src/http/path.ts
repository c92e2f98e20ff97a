import { z } from 'zod';
import { storableText } from '../text';

/** Path parameters of the routes of one thing. */
export const idPathSchema = z.object({ id: storableText().min(1).max(200) });
export type IdPath = z.infer<typeof idPathSchema>;
