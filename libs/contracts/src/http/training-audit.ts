import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText } from '../text';
import { pageQuerySchema } from './page';

/** What was done. `version.noticed` is a promotion or a rollback that somebody made in the model store itself. */
export const auditActionSchema = z.enum([
  'dataset.created',
  'dataset.deleted',
  'job.created',
  'job.cancelled',
  'job.succeeded',
  'job.failed',
  'version.promoted',
  'version.rolled-back',
  'version.noticed',
]);
export type AuditAction = z.infer<typeof auditActionSchema>;

/** An entry of the audit. */
export const auditEntrySchema = z.object({
  id: z.string(),
  at: instantSchema,
  actor: z.string().describe('Name of the key it was done with; `trainer` for what the service did by itself'),
  action: auditActionSchema,
  subject: z.string().describe('Id of the data set or the job, or the name of the version'),
  head: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Query of `GET /v1/audit`. */
export const auditQuerySchema = pageQuerySchema.extend({
  head: storableText(128).min(1).optional(),
  action: auditActionSchema.optional(),
});
