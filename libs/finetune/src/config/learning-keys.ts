import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const probability = z.number().min(0).lt(1);
const path = z.string().min(1);

/** Ways to keep a network from learning its training rows by heart; each is off by default. */
export const regularizationKeys = z
  .strictObject({
    swaFrom: probability
      .default(0)
      .describe(
        'Share of the steps after which the learning rate stays and an equal average of the weights (SWA) is what is kept, in place of training.weightAverage; 0 is none',
      ),
    adversarial: z
      .number()
      .nonnegative()
      .default(0)
      .describe('full: length of a step of the word embeddings against the loss, from which each step learns, too (FGM); doubles the work'),
    mixout: probability
      .default(0)
      .describe("full: probability with which a weight of the encoder's dense layers is the pretrained one in a step (mixout)"),
    l2Sp: z
      .number()
      .nonnegative()
      .default(0)
      .describe(
        'full, bitfit: strength with which the encoder is drawn to where it starts from (L2-SP); optimizer.weightDecay, which draws it to 0, may be 0 beside it',
      ),
  })
  .prefault({})
  .describe('What keeps it from learning the rows by heart');

/** Changed copies of texts; a text's words are as its language writes them. */
export const augmentationKeys = z
  .strictObject({
    share: fraction.default(0).describe('Share of the rows that are changed in an epoch, anew in each; 0 is none'),
    swap: fraction.default(0.1).describe('Share of the words that change places with another word (EDA)'),
    delete: fraction.default(0.1).describe('Share of the words that are left out (EDA)'),
    replace: fraction.default(0).describe('Share of the words that a synonym replaces (EDA); needs synonyms'),
    insert: fraction.default(0).describe('Share of the words of which a synonym is put in at some place (EDA); needs synonyms'),
    backOff: fraction
      .default(0)
      .describe('Share of the words that are replaced by another word of the rows, the more so the freer a word is in what follows it'),
    synonyms: path.optional().describe('File of synonyms: words of one meaning on a line, with commas between them'),
  })
  .prefault({})
  .describe('Changed texts to train on; one of the ways is drawn for each text');

/** What a head learns from others beside its labels. */
export const distillKeys = z
  .strictObject({
    teachers: z.array(path).min(1).describe('Model directories of heads with the same labels; what several say is averaged'),
    temperature: z
      .number()
      .positive()
      .default(2)
      .describe('Logits of teachers and student are divided by it: above 1, small differences count more'),
    weight: fraction.default(0.5).describe('Share of the teachers in the loss; the rest is that of the labels'),
    unlabelled: z
      .union([path, z.array(path).min(1)])
      .optional()
      .describe('Rows without labels for the teachers to label: .csv, .tsv, .jsonl or .parquet, plain or .gz; or a list of files'),
  })
  .describe('Learn from other heads, too (distillation)');

/** Going on from a model so that what it knows is not forgotten. */
export const continualKeys = z
  .strictObject({
    from: path
      .optional()
      .describe(
        'Model directory to go on from, in place of encoder: its encoder, its heads, and their labels in their order, new ones after them',
      ),
    replay: z
      .union([path, z.array(path).min(1)])
      .optional()
      .describe(
        'Rows of earlier data, of which some are trained on again: .csv, .tsv, .jsonl or .parquet, plain or .gz; or a list of files',
      ),
    replaySize: z.number().int().positive().default(2000).describe('Most rows of earlier data that are kept'),
    replaySampling: z
      .enum(['class-balanced', 'reservoir'])
      .default('class-balanced')
      .describe('Which are kept: as many of each class, or any with the same probability'),
    replayRatio: z
      .number()
      .positive()
      .default(1)
      .describe('Rows of earlier data for a new row in an epoch; they come again where they are fewer'),
    ewc: z
      .number()
      .nonnegative()
      .default(0)
      .describe('Strength with which weights are held by their importance for earlier data (EWC), which is then kept with the model'),
    fisherRows: z.number().int().positive().default(512).describe('ewc: rows by which the importance of the weights is measured'),
    forgetting: z
      .number()
      .nonnegative()
      .default(0)
      .describe('Weight of what the earlier model says about each row beside the labels (learning without forgetting)'),
    temperature: z.number().positive().default(2).describe('forgetting: logits of both models are divided by it'),
  })
  .prefault({})
  .describe('Go on from an earlier model, with new rows and labels, without forgetting');

export type ContinualKeys = z.infer<typeof continualKeys>;
export type RegularizationKeys = z.infer<typeof regularizationKeys>;
export type AugmentationKeys = z.infer<typeof augmentationKeys>;
