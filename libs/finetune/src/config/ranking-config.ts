import { z } from 'zod';

const positiveInt = z.number().int().positive();
const positive = z.number().positive();
const path = z.string().min(1);
const column = z.string().min(1);

/** head.yaml of a ranking task: everything that decides what its training does, each default stated once, with its unit. */
export const rankingConfigSchema = z
  .strictObject({
    task: z.literal('ranking').default('ranking').describe('Items are ranked for users'),
    encoder: z.string().min(1).default('all-MiniLM-L6-v2').describe('Folder, hub id, or the name of the encoder that setup installed'),
    seed: z.number().int().nonnegative().default(42).describe('Seed of every random choice'),

    data: z
      .strictObject({
        events: path.optional().describe('Behaviour: columns user, item, ts, and optionally type and value'),
        items: path.optional().describe('Items: columns item, text and any attributes'),
        test: path.optional().describe('Later events, seen only by the final report'),
        cache: path
          .optional()
          .describe('Folder that keeps vectors of texts and collaborative weights for the next training on the same texts or events'),
        split: z
          .enum(['time', 'moment', 'last', 'random'])
          .default('time')
          .describe(
            "Events set aside to learn from: each user's latest share, all after one moment, each user's last, or any (leaks the future)",
          ),
        validationShare: z.number().gt(0).lt(1).default(0.2).describe('Share of the events that is set aside'),
      })
      .prefault({})
      .describe('Files; paths are relative to this file'),

    items: z
      .strictObject({
        categories: z.array(column).optional().describe('Columns of categories; by default every other column that does not hold numbers'),
        numbers: z
          .array(column)
          .optional()
          .describe('Columns of numbers, such as a price; by default every column that holds numbers alone'),
        publishedAt: column.optional().describe('Column of the time of publication'),
        separator: z.string().min(1).default('|').describe('Between the categories of one cell'),
      })
      .prefault({})
      .describe('What is known of items beside their text'),

    behaviour: z
      .strictObject({
        typeWeights: z
          .record(z.string(), z.number())
          .default({ viewed: 1, clicked: 1, commented: 2, shared: 2, purchased: 3, dismissed: -1 })
          .describe('Weight of an event by its type, times its value; 0 and less is no aim of the ranking'),
        defaultWeight: z.number().default(1).describe('Weight of an event without a type, or of another type'),
        recency: positive.default(10).describe('Events after which the weight of a past event falls to 1/e, for the collaborative score'),
        tasteRecency: positive.default(30).describe('The same for the taste in texts, categories and numbers'),
        longestHistory: positiveInt.default(500).describe('Latest events of a user that are looked at'),
        popularityDays: positive.default(90).describe('Days after which an event counts 1/e in the recent popularity'),
      })
      .prefault({})
      .describe('How behaviour is read, in training and in serving'),

    text: z
      .strictObject({
        tower: z
          .enum(['frozen', 'fine-tuned', 'none'])
          .default('frozen')
          .describe('Vectors of texts: of the encoder as it is, or fine-tuned on items taken one after the other; or not used for scores'),
        maxLength: positiveInt.default(64).describe('Tokens kept of a text'),
        tuner: z.enum(['full', 'lora']).default('lora').describe('fine-tuned: which parameters learn'),
        pairs: positiveInt.default(6000).describe('fine-tuned: pairs of items that it learns from, at most'),
        epochs: positive.default(1).describe('fine-tuned: passes over the pairs'),
        learningRate: positive.optional().describe('fine-tuned: peak learning rate; default by tuner'),
      })
      .prefault({})
      .describe('The text tower'),

    collaborative: z
      .strictObject({
        method: z
          .enum(['auto', 'ease', 'als', 'none'])
          .default('auto')
          .describe(
            'Item × item weights in closed form, implicit ALS factors, or none; auto is ease below 20,000 items with events, als above',
          ),
        regularization: positive.default(200).describe('ease: weight of the squared norm of the weights'),
        pastDecay: positive.default(5).describe('ease: places after which a past item counts 1/e'),
        futureDecay: positive.default(5).describe('ease: places after which a following item counts 1/e'),
        neighbours: positiveInt.default(200).describe('Weights kept of each item'),
        factors: positiveInt.default(64).describe('als: width of the factors'),
        iterations: positiveInt.default(15).describe('als: passes over users and items'),
        alsRegularization: positive.default(1).describe('als: weight of the squared norm of the factors'),
        confidence: positive.default(10).describe('als: confidence in an event of weight 1, beyond that in none'),
      })
      .prefault({})
      .describe('What other users say'),

    match: z
      .strictObject({
        width: z.number().int().nonnegative().default(64).describe('Width of the item and user towers; 0 is no match head'),
        loss: z
          .enum(['softmax', 'bpr', 'binary-cross-entropy'])
          .default('softmax')
          .describe('softmax is sampled, and corrected for popularity'),
        epochs: positive.default(5).describe('Passes over the events'),
        batchSize: positiveInt.default(256).describe('Events of a step'),
        negatives: positiveInt.default(512).describe('Items that the events of a step are told apart from'),
        learningRate: positive.default(3e-3).describe('Of Adam'),
        itemDropout: z
          .number()
          .min(0)
          .lt(1)
          .default(0.3)
          .describe('Share of the learned item vectors left out of a step, so that texts learn to stand alone'),
        temperature: positive.default(0.1).describe('Cosines are divided by it'),
        l2: z.number().nonnegative().default(1e-5).describe('Weight of the squared norm of learned item vectors'),
      })
      .prefault({})
      .describe('The match head: a user tower that pools the history by attention, an item tower of text and learned vector'),

    scoring: z
      .strictObject({
        loss: z.enum(['softmax', 'bpr', 'binary-cross-entropy']).default('softmax').describe('What the scoring head minimises'),
        l2: z.number().nonnegative().default(1e-3).describe('Weight of half the squared norm of its weights'),
        hardNegatives: positiveInt.default(50).describe('Best wrong items by each feature that a user is shown'),
        drawnNegatives: positiveInt.default(100).describe('Wrong items drawn at random for a user'),
        folds: z
          .number()
          .int()
          .min(2)
          .default(5)
          .describe('Parts of the users for the figures and the calibration, each foretold by the others'),
      })
      .prefault({})
      .describe('The scoring head over all features: monotone and calibrated'),

    export: z
      .strictObject({
        int8: z.boolean().default(true).describe('Also write the quantised ONNX file of the encoder'),
        histories: z
          .boolean()
          .default(true)
          .describe("Keep the training users' events under hashed names, so that attune evaluate needs later events alone"),
      })
      .prefault({})
      .describe('What is written'),
  })
  .describe('head.yaml of a ranking');

/** A complete, validated configuration of a ranking. */
export type RankingConfig = z.infer<typeof rankingConfigSchema>;
