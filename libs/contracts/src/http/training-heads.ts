import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { pageQuerySchema } from './page';
import { storeNameSchema } from './training-jobs';

const figure = z.number().nullable();
const figures = z.record(z.string(), figure);

/** What serves, or served. */
export const promotionSchema = z.object({
  version: z.string(),
  generation: z.number().int().positive().describe('Grows by one with every promotion and rollback'),
  promotedAt: instantSchema,
});
export type HeadPromotion = z.infer<typeof promotionSchema>;

/** A head that can be trained and promoted here. */
export const headSchema = z.object({
  name: z.string(),
  current: promotionSchema.optional().describe('What serves; absent where nothing was promoted'),
  rollbackTo: z.string().optional().describe('Version that a rollback would let serve'),
  task: z.string().describe('What it is trained for'),
  tasks: z.array(z.string()).describe('Names of its tasks, by which `columns.labels` names their columns'),
  columns: z
    .object({
      text: z.string().optional(),
      pair: z.string().optional(),
      label: z.string().optional(),
      labels: z.record(z.string(), z.string()),
    })
    .describe("Columns as the head's own configuration names them"),
});
export type Head = z.infer<typeof headSchema>;

export const headPathSchema = z.object({ name: storeNameSchema });
export type HeadPath = z.infer<typeof headPathSchema>;
export const headVersionPathSchema = z.object({ name: storeNameSchema, version: storeNameSchema });
export type HeadVersionPath = z.infer<typeof headVersionPathSchema>;

/** A version of a head. */
export const headVersionSchema = z.object({
  version: z.string(),
  isCurrent: z.boolean(),
  writtenAt: instantSchema,
  manifestSha256: z.string(),
  createdBy: z.string().optional().describe('Program that wrote it'),
  metrics: z.record(z.string(), figures).describe('Figures of each task, on test rows, or on validation rows where there were none'),
  encoder: z.string().optional(),
  tuner: z.string().optional(),
  trainingData: z
    .object({
      sha256: z.string(),
      rows: z.number().int(),
      files: z
        .array(z.object({ file: z.string(), rows: z.number().int(), sha256: z.string() }))
        .optional()
        .describe('The files that it learnt from'),
    })
    .optional(),
  from: z.string().optional().describe('Version whose training it went on from'),
  trainingSet: z.number().int().optional().describe('Where an update made it: number of the version of the training set'),
  dataset: z
    .object({ id: z.string(), name: z.string().optional(), sha256: z.string().optional() })
    .optional()
    .describe('Where a job of this service made it'),
  job: z.string().optional().describe('Id of the job that made it'),
  problem: z.string().optional().describe('Why it cannot serve'),
});
export type HeadVersion = z.infer<typeof headVersionSchema>;

const classFigures = z.looseObject({ label: z.string(), precision: figure, recall: figure, f1: figure, support: figure });

/** What a version did on held-out rows, as its metrics.json has it; other figures stand beside these. */
const taskReportSchema = z.looseObject({
  task: z.string().optional(),
  rows: z.number().optional(),
  perClass: z.array(classFigures).optional(),
  labels: z.array(z.string()).optional(),
  confusionMatrix: z.array(z.array(z.number())).optional().describe('`[true label][predicted label]`, rows'),
  expectedCalibrationError: z
    .object({ before: figure, after: figure })
    .optional()
    .describe('Before and after the logits are divided by the temperature'),
  temperature: figure.optional(),
});

export type HeadTaskReport = z.infer<typeof taskReportSchema>;

/** A report; of several tasks that of the first, with those of all by their names beside it. */
export const headReportSchema = taskReportSchema.extend({ tasks: z.record(z.string(), taskReportSchema).optional() });
export type HeadReport = z.infer<typeof headReportSchema>;

/** The course of a training. */
export const trainingHistorySchema = z.object({
  losses: z.array(figure).describe("Of each step's batch"),
  evaluations: z.array(z.object({ step: z.number(), epoch: z.number(), metrics: figures })),
});
export type HeadTrainingHistory = z.infer<typeof trainingHistorySchema>;

/** A version with what its training left behind. */
export const headVersionDetailsSchema = headVersionSchema.extend({
  reports: z.object({ validation: headReportSchema.optional(), test: headReportSchema.optional() }),
  history: trainingHistorySchema.optional(),
});
export type HeadVersionDetails = z.infer<typeof headVersionDetailsSchema>;

/** Query of `GET /v1/heads/{name}/compare`. */
export const compareQuerySchema = z.object({
  version: storeNameSchema,
  with: storeNameSchema.optional().describe('Default the version that serves'),
});

const difference = z.object({ version: figure.optional(), with: figure.optional(), change: figure.optional() });

/** Two versions side by side. */
export const headComparisonSchema = z.object({
  version: headVersionSchema,
  with: headVersionSchema,
  tasks: z.record(
    z.string(),
    z.object({
      on: z.enum(['test', 'validation']).describe('Rows of the reports: test rows where both versions have some for the task'),
      sameRows: z.boolean().describe('Whether both reports count as many rows of each label; where not, the figures are of different rows'),
      metrics: z.record(z.string(), difference),
      f1: z.record(z.string(), difference).describe('F1 of each label'),
    }),
  ),
});
export type HeadComparison = z.infer<typeof headComparisonSchema>;

const expectedGeneration = z.number().int().nonnegative().optional().describe('Only if this generation still serves; 0: none');

/** Body of `POST /v1/heads/{name}/promote`. */
export const promoteInputSchema = z.strictObject({ version: storeNameSchema, expectedGeneration });

/** Body of `POST /v1/heads/{name}/rollback`. */
export const rollbackInputSchema = z.strictObject({ expectedGeneration });

/** Query of `GET /v1/heads/{name}/versions`. */
export const headVersionsQuerySchema = pageQuerySchema;

const share = z.number().positive().max(1).describe('Of the texts that the service is asked, those that it scores');

/** Body of `PUT /v1/heads/{name}/shadow`. */
export const shadowInputSchema = z.strictObject({ version: storeNameSchema, share: share.default(0.1) });

/** A version that scores beside the one that serves. */
export const headShadowSchema = z.object({ version: z.string(), share, startedAt: instantSchema });
export type HeadShadow = z.infer<typeof headShadowSchema>;

/** What is in shadow of a head, and what was. */
export const headShadowsSchema = z.object({
  shadow: headShadowSchema.optional().describe('Absent where nothing is in shadow'),
  changes: z
    .array(z.object({ version: z.string(), share, change: z.enum(['begun', 'stopped', 'promoted']), at: instantSchema }))
    .describe('The newest first, whoever made them; promoted: it ended because the version serves'),
});
export type HeadShadows = z.infer<typeof headShadowsSchema>;
