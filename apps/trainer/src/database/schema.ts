import type {
  AuditAction,
  AuditEntry,
  Dataset,
  DatasetFormat,
  TrainingJob,
  TrainingJobInput,
  TrainingJobStatus,
  TrainingProgress,
} from '@attune/contracts';
import { bigint, bigserial, boolean, index, integer, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Uploaded files. Their bytes lie in the folder of the data sets. */
export const datasets = pgTable(
  'datasets',
  {
    id: text().primaryKey(),
    sequence: bigserial({ mode: 'number' }).notNull(),
    name: text().notNull(),
    format: text().$type<DatasetFormat>().notNull(),
    bytes: bigint({ mode: 'number' }).notNull(),
    sha256: text().notNull(),
    rows: integer().notNull(),
    columns: jsonb().$type<Dataset['columns']>().notNull(),
    sample: jsonb().$type<Dataset['sample']>().notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [uniqueIndex('datasets_sequence').on(table.sequence)],
);

/** Trainings; `sequence` is the order in which they run, `revision` moves with every change. */
export const trainingJobs = pgTable(
  'training_jobs',
  {
    id: text().primaryKey(),
    sequence: bigserial({ mode: 'number' }).notNull(),
    revision: integer().notNull().default(0),
    head: text().notNull(),
    status: text().$type<TrainingJobStatus>().notNull().default('queued'),
    input: jsonb().$type<TrainingJobInput>().notNull(),
    version: text().notNull(),
    cancelling: boolean().notNull().default(false),
    attempts: integer().notNull().default(0),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    progress: jsonb().$type<TrainingProgress>(),
    metrics: jsonb().$type<NonNullable<TrainingJob['metrics']>>(),
    failure: text(),
  },
  (table) => [
    uniqueIndex('training_jobs_sequence').on(table.sequence),
    index('training_jobs_status').on(table.status, table.sequence),
    index('training_jobs_version').on(table.head, table.version),
  ],
);

/** Who did what, appended to alone. */
export const auditEntries = pgTable('audit_entries', {
  sequence: bigserial({ mode: 'number' }).primaryKey(),
  at: instant('at').notNull(),
  actor: text().notNull(),
  action: text().$type<AuditAction>().notNull(),
  subject: text().notNull(),
  head: text(),
  details: jsonb().$type<AuditEntry['details']>().notNull(),
});

/** The last generation of each head that the audit and `models.promoted` tell of. */
export const announcedPromotions = pgTable('announced_promotions', {
  head: text().primaryKey(),
  generation: integer().notNull(),
});
