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
  'job.refused',
  'feedback.received',
  'feedback.approved',
  'feedback.rejected',
  'feedback.erased',
  'training-set.created',
  'update-settings.changed',
  'shadow.begun',
  'shadow.stopped',
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
  subject: z.string().describe('Id of the data set or the job, the name of the version or the head, or the number of the training set'),
  head: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Query of `GET /v1/audit`. */
export const auditQuerySchema = pageQuerySchema.extend({
  head: storableText(128).min(1).optional(),
  action: auditActionSchema.optional(),
});
