import { z } from 'zod';

const positiveInt = z.number().int().positive();
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const rangeSchema = z.strictObject({
  min: z.number().describe('Least value'),
  max: z.number().describe('Largest value'),
  scale: z.enum(['linear', 'log']).default('linear').describe('log: as likely between 1 and 10 as between 10 and 100'),
  integer: z.boolean().default(false).describe('Whole numbers only'),
});

/** What a searched key may be: numbers between two, or one of a list. */
export const searchedKeySchema = z.union([z.array(scalar).min(1), rangeSchema]);

/** The section `search` of head.yaml, which `attune tune` reads and `attune train` leaves alone. */
export const searchKeys = z.strictObject({
  space: z
    .record(z.string(), searchedKeySchema)
    .default({})
    .describe('Keys that are searched, by their path: a list of values, or min, max, scale (linear, log) and integer'),
  trials: positiveInt.default(20).describe('Trials, the first of which is this file as it stands'),
  sampler: z
    .enum(['tpe', 'random'])
    .default('tpe')
    .describe('How values are chosen: near those that did well (tree-structured Parzen estimator), or at random'),
  startupTrials: positiveInt.default(6).describe('tpe: trials before it begins to learn, chosen at random'),
  earlyStopping: z
    .enum(['asha', 'none'])
    .default('asha')
    .describe('asha: a trial that lies below the best of those that came as far is stopped (asynchronous successive halving)'),
  reduction: z.number().int().min(2).default(3).describe('asha: one in so many goes on; rungs lie apart by this factor'),
  minEpochs: z.number().positive().default(1).describe('asha: epochs before the first rung'),
  parallel: positiveInt.default(1).describe('Trials at once, which share the processors'),
});

/** Keys of the section `search`. */
export type SearchConfig = z.infer<typeof searchKeys>;

/** What a key may be in a search. */
export type SearchedKey = z.infer<typeof searchedKeySchema>;
