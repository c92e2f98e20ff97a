import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText } from '../text';
import { pageQuerySchema } from './page';
import { updateJobInputSchema, updateVerdictSchema } from './training-updates';

const column = storableText(200).min(1);
const id = storableText(200).min(1);

/** A head's name, or a version's, as the model store takes it. */
export const storeNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a letter or digit, then letters, digits, ".", "_" and "-"')
  .refine((name) => name.toLowerCase() !== 'current', 'must not be "current"');

/** Which column of a data set holds what. A role that is left out has the column that the head's own configuration names, where there is one. */
export const trainingColumnsSchema = z.strictObject({
  text: column.optional(),
  pair: column.optional().describe('The second text, such as the entity that the label is about'),
  label: column.optional().describe('The label; of a head with several tasks, that of the first'),
  labels: z.record(storableText(64).min(1), column).optional().describe('Of a head with several tasks: the label of each by its name'),
  group: column.optional().describe('Rows with the same value stay on one side of a split'),
});
export type TrainingColumns = z.infer<typeof trainingColumnsSchema>;

/** Body of `POST /v1/jobs`. What is left out comes from the head's own configuration, or else from the defaults of `attune train`. */
export const trainingJobInputSchema = z.strictObject({
  head: storeNameSchema.describe('Head that gets a new version'),
  dataset: id.describe('Id of the data set of the training rows; of a ranking, of its events'),
  test: id.optional().describe('Id of a data set that only the final report sees'),
  items: id.optional().describe('Of a ranking: id of the data set of its items'),
  columns: trainingColumnsSchema.default({}),
  task: z.enum(['classification', 'multi-label', 'regression', 'matching', 'ranking']).optional(),
  version: storeNameSchema.optional().describe('Name of the new version; default the time and the id of the job'),
  tuner: z.enum(['full', 'lora', 'dora', 'ia3', 'adapters', 'prompt-tuning', 'bitfit', 'head']).optional(),
  epochs: z.number().positive().max(1_000).optional(),
  learningRate: z.number().positive().max(10).optional(),
  batchSize: z.number().int().min(1).max(4_096).optional(),
  maxLength: z.number().int().min(4).max(8_192).optional(),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
});
export type TrainingJobInput = z.infer<typeof trainingJobInputSchema>;

export const trainingJobStatusSchema = z.enum(['queued', 'running', 'succeeded', 'refused', 'failed', 'cancelled']);
export type TrainingJobStatus = z.infer<typeof trainingJobStatusSchema>;

/** A figure; null where it is no number, as a loss that ran away. */
const figure = z.number().nullable();

/** How far a training is. */
export const trainingProgressSchema = z.object({
  phase: z.string().describe('What it does, such as `training` or `exporting`'),
  epoch: z.number().optional().describe('Counted from 1, with the fraction done'),
  epochs: z.number().optional(),
  step: z.number().int().optional(),
  steps: z.number().int().optional(),
  loss: figure.optional().describe("Of the last step's batch"),
  learningRate: z.number().optional(),
  examplesPerSecond: z.number().optional(),
  secondsLeft: figure.optional(),
  evaluations: z
    .array(z.object({ epoch: z.number(), step: z.number().int(), metrics: z.record(z.string(), figure), best: z.boolean() }))
    .describe('On the validation rows, so far'),
  notes: z.array(z.string()).describe('What the training remarked, such as rows that it left out'),
});
export type TrainingProgress = z.infer<typeof trainingProgressSchema>;

const jobKeys = {
  id: z.string(),
  head: z.string(),
  status: trainingJobStatusSchema.describe('refused: an update that the gate stopped'),
  version: z.string().describe('Name of the version that comes of it'),
  before: z.number().int().nonnegative().optional().describe('Of one that waits: how many wait before it'),
  cancelling: z.boolean().describe('It was asked to end, and has not ended yet'),
  attempts: z.number().int().nonnegative().describe('How often it was begun; more than once where the service died meanwhile'),
  createdAt: instantSchema,
  createdBy: z.string(),
  startedAt: instantSchema.optional(),
  finishedAt: instantSchema.optional(),
  progress: trainingProgressSchema.optional(),
  metrics: z.record(z.string(), z.record(z.string(), figure)).optional().describe('Figures of each task of the version that came of it'),
  failure: z.string().optional().describe('Why it failed, and what to do'),
};
const trainJobSchema = z.object({ kind: z.literal('train'), input: trainingJobInputSchema, ...jobKeys });
const updateJobSchema = z.object({
  kind: z.literal('update'),
  input: updateJobInputSchema,
  ...jobKeys,
  verdict: updateVerdictSchema.optional().describe('What the gate said'),
});
export type TrainJob = z.infer<typeof trainJobSchema>;
export type UpdateJob = z.infer<typeof updateJobSchema>;

/** A training from rows, or the update of what serves, that waits, runs or has ended. */
export const trainingJobSchema = z.discriminatedUnion('kind', [trainJobSchema, updateJobSchema]);
export type TrainingJob = z.infer<typeof trainingJobSchema>;

/** Query of `GET /v1/jobs`. */
export const trainingJobsQuerySchema = pageQuerySchema.extend({
  head: storableText(128).min(1).optional(),
  status: trainingJobStatusSchema.optional(),
  kind: z.enum(['train', 'update']).optional(),
});
