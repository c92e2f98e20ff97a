import { z } from 'zod';
import { storableText } from '../text';

const id = storableText(200).min(1);
const share = z.number().min(0).max(1);
const figure = z.number().nullable();

/** By how much an updated version may fall behind the one that serves. */
export const gateLimitsSchema = z.strictObject({
  tolerance: share.optional().describe('By how much a score may fall; default 0.005'),
  classTolerance: share.optional().describe("By how much a label's F1 may fall; default 0.1"),
  leastSupport: z.number().int().min(1).max(1_000_000).optional().describe('Rows that a label needs for that; default 20'),
  calibrationTolerance: share.optional().describe('By how much the calibration error may rise; default 0.02'),
  slowdown: z.number().min(1).max(1_000_000).optional().describe('How many times as long a text may take; default 1.25'),
});
export type GateLimits = z.infer<typeof gateLimitsSchema>;

/** What a head is updated with, where a request does not say so. Body of `PUT /v1/heads/{name}/update-settings`. */
export const updateSettingsSchema = z.strictObject({
  golden: id
    .optional()
    .describe("Id of the data set that every update is judged by; default the test rows of the head's own configuration"),
  replay: z
    .array(id)
    .max(20)
    .optional()
    .describe(
      "Ids of data sets of earlier rows, of which some are trained on again; default the training rows of the head's own configuration",
    ),
  promote: z
    .enum(['pass', 'ask'])
    .optional()
    .describe('pass: what passes the gate serves at once. ask: it waits for somebody to promote it'),
  leastNewRows: z.number().int().min(1).max(1_000_000).optional().describe('Newly approved rows below which the schedule begins no update'),
  limits: gateLimitsSchema.optional(),
  epochs: z.number().positive().max(1_000).optional(),
  learningRate: z.number().positive().max(10).optional(),
});
export type UpdateSettings = z.infer<typeof updateSettingsSchema>;

/** Body of `POST /v1/heads/{name}/update`. What it leaves out comes from the settings of the head. */
export const updateRequestSchema = updateSettingsSchema.extend({
  leastNewRows: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Refuse the update (409) where fewer rows were approved since the last training set that was used'),
});
export type UpdateRequest = z.infer<typeof updateRequestSchema>;

/** What an update works with. */
export const updateJobInputSchema = updateSettingsSchema.omit({ leastNewRows: true }).extend({
  head: z.string(),
  trainingSet: z.number().int().positive().describe('Number of the version of the training set'),
  promote: z.enum(['pass', 'ask']),
});
export type UpdateJobInput = z.infer<typeof updateJobInputSchema>;

const judgementSchema = z.object({
  rows: z.number().int(),
  score: figure.describe('Macro F1 of a classification, micro F1 of several labels, minus the error of a number'),
  calibrationError: figure.optional(),
});

/** What the gate said of an update. */
export const updateVerdictSchema = z.object({
  serving: z.string().describe('Version that it was judged beside'),
  passed: z.boolean(),
  reasons: z.array(z.string()).describe('Everything by which it is worse, a sentence each'),
  faults: z.array(
    z.object({
      what: z.enum(['score', 'class', 'calibration', 'speed']),
      set: z.string().optional(),
      task: z.string().optional(),
      label: z.string().optional(),
      serving: figure,
      updated: figure,
      limit: figure,
    }),
  ),
  sets: z
    .array(z.object({ set: z.string(), serving: z.record(z.string(), judgementSchema), updated: z.record(z.string(), judgementSchema) }))
    .describe('Both versions on the same rows, by task: `golden` and `recent`'),
  secondsPerText: z.object({ serving: figure, updated: figure }),
  shadow: z
    .object({
      texts: z.number().int(),
      tasks: z.record(
        z.string(),
        z.object({
          changed: figure.describe('Share of the texts that get another label'),
          meanDistance: figure.describe('Mean distance of the two likeliest probabilities'),
        }),
      ),
    })
    .optional()
    .describe('Where both differ on texts of late'),
  outcome: z.enum(['promoted', 'waits', 'overtaken', 'stopped']).describe('overtaken: another version was promoted while it was made'),
});
export type UpdateVerdict = z.infer<typeof updateVerdictSchema>;
