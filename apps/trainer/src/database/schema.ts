import type {
  AuditAction,
  AuditEntry,
  Dataset,
  DatasetFormat,
  FeedbackRow,
  FeedbackRowState,
  TrainingJob,
  TrainingJobInput,
  TrainingJobStatus,
  TrainingProgress,
  TrainingSet,
  UpdateJobInput,
  UpdateSettings,
  UpdateVerdict,
} from '@attune/contracts';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

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
    kind: text().$type<TrainingJob['kind']>().notNull().default('train'),
    status: text().$type<TrainingJobStatus>().notNull().default('queued'),
    input: jsonb().$type<TrainingJobInput | UpdateJobInput>().notNull(),
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
    verdict: jsonb().$type<UpdateVerdict>(),
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

/** Corrections. `key` is the hash of the text as duplicates are told by it, `label_key` that of its label. */
export const feedbackRows = pgTable(
  'feedback_rows',
  {
    id: text().primaryKey(),
    sequence: bigserial({ mode: 'number' }).notNull(),
    head: text().notNull(),
    key: text().notNull(),
    labelKey: text('label_key').notNull(),
    text: text().notNull(),
    pair: text(),
    label: jsonb().$type<FeedbackRow['label']>().notNull(),
    state: text().$type<FeedbackRowState>().notNull().default('pending'),
    receivedAt: instant('received_at').notNull(),
    decidedAt: instant('decided_at'),
    decidedBy: text('decided_by'),
  },
  (table) => [
    uniqueIndex('feedback_rows_sequence').on(table.sequence),
    uniqueIndex('feedback_rows_content').on(table.head, table.key, table.labelKey),
    index('feedback_rows_state').on(table.head, table.state, table.sequence),
  ],
);

/** Who gave a correction, and where. */
export const feedbackOrigins = pgTable(
  'feedback_origins',
  {
    sequence: bigserial({ mode: 'number' }).primaryKey(),
    rowId: text('row_id')
      .notNull()
      .references(() => feedbackRows.id, { onDelete: 'cascade' }),
    source: text().notNull(),
    subject: text(),
    at: instant('at').notNull(),
    receivedBy: text('received_by').notNull(),
  },
  (table) => [
    unique('feedback_origins_giver').on(table.rowId, table.source, table.subject).nullsNotDistinct(),
    index('feedback_origins_subject').on(table.subject),
  ],
);

/** Versions of the training set of a head. Their rows lie in files. */
export const trainingSets = pgTable(
  'training_sets',
  {
    head: text().notNull(),
    number: integer().notNull(),
    parent: integer(),
    rows: integer().notNull(),
    recentRows: integer('recent_rows').notNull(),
    added: integer().notNull(),
    removed: integer().notNull(),
    erased: integer().notNull().default(0),
    labels: jsonb().$type<TrainingSet['labels']>().notNull(),
    sha256: text().notNull(),
    recentSha256: text('recent_sha256').notNull(),
    createdAt: instant('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.head, table.number] })],
);

/** Which rows a training set has, deleted ones too: a row that is gone is known by its id alone. */
export const trainingSetRows = pgTable(
  'training_set_rows',
  {
    head: text().notNull(),
    number: integer().notNull(),
    rowId: text('row_id').notNull(),
    /** Kept aside, to judge by. */
    recent: boolean().notNull(),
  },
  (table) => [primaryKey({ columns: [table.head, table.number, table.rowId] }), index('training_set_rows_row').on(table.rowId)],
);

/** What heads are updated with by default. */
export const updateSettings = pgTable('update_settings', {
  head: text().primaryKey(),
  settings: jsonb().$type<UpdateSettings>().notNull(),
  changedAt: instant('changed_at').notNull(),
  changedBy: text('changed_by').notNull(),
});
