import { entityMarkersSchema, scopeScoreSchema } from '@attune/artifact';
import { z } from 'zod';
import { checkHeadConfigRules } from './head-config-rules';
import { searchKeys } from './search-config';
import { augmentationKeys, continualKeys, distillKeys, regularizationKeys } from './learning-keys';
import { pretrainingKeys } from './pretraining-config';
import { promptKeys } from './prompt-config';

const fraction = z.number().min(0).max(1);
const probability = z.number().min(0).lt(1);
const positiveInt = z.number().int().positive();
const column = z.string().min(1);
const path = z.string().min(1);

const taskType = z.enum(['classification', 'multi-label', 'regression', 'matching']);
const poolingName = z.enum(['pooler', 'cls', 'mean', 'pair', 'embedding']);

/** A measure of one task that can choose the best checkpoint. */
export const metricNameSchema = z.enum([
  ...['accuracy', 'macroF1', 'microF1', 'weightedF1', 'loss', 'rocAuc', 'prAuc', 'spearman', 'mse'],
  ...['precisionAt1', 'recallAt5', 'recallAt10', 'mrr', 'ndcgAt5', 'ndcgAt10'],
] as const);

const taskMetric = z
  .templateLiteral([z.string().regex(/[A-Za-z][A-Za-z0-9_-]*/), '.', metricNameSchema])
  .describe("a task's metric, as in sentiment.macroF1");

const lossKeys = z.strictObject({
  name: z
    .enum(['cross-entropy', 'focal', 'binary-cross-entropy', 'mse', 'info-nce'])
    .optional()
    .describe('Default: cross-entropy, binary-cross-entropy, mse or info-nce, by task'),
  labelSmoothing: probability.optional().describe('cross-entropy: probability mass spread over all labels; default 0.1'),
  classWeights: z
    .union([z.literal('none'), z.literal('balanced'), z.record(z.string(), z.number().positive())])
    .default('none')
    .describe('Weight of each label: balanced is inverse to its frequency; or a number a label'),
  rDrop: z
    .number()
    .nonnegative()
    .default(0)
    .describe('classification: weight of the divergence between two passes with other dropout (R-Drop); doubles the work'),
  focalGamma: z.number().nonnegative().default(2).describe('focal: focusing exponent'),
  temperature: z.number().positive().default(0.05).describe('info-nce: cosines are divided by it'),
  hardNegatives: z
    .number()
    .int()
    .nonnegative()
    .default(1)
    .describe('info-nce: wrong candidates a query, among those that the encoder finds nearest at the start of an epoch'),
});

/** How texts are known that are none of a classification's labels. */
const outOfScopeKeys = z.strictObject({
  label: z.string().min(1).describe('Label of the rows that are none of the others'),
  score: scopeScoreSchema
    .default('probability')
    .describe('What speaks for a label in scope: the calibrated probability of the likeliest, the energy of all, or the largest logit'),
  inScopeLoss: probability
    .default(0.015)
    .describe('Largest share of the validation rows in scope that the threshold on the score may cost; 0 costs none'),
});

/** Where the pairs of a matching task stand. */
const pairRowKeys = z.strictObject({
  train: z.union([path, z.array(path).min(1)]).describe('Pairs of texts: .csv, .tsv, .jsonl or .parquet, plain or .gz; or a list of files'),
  validation: path.optional().describe('Validation pairs; without it a share of the training pairs is set aside'),
  test: path.optional().describe('Test pairs, seen only by the final report'),
  text: column.default('text').describe('Column of the query; in JSON Lines a list of queries is as many pairs'),
  pair: column.default('pair').describe('Column of the text that answers it'),
  group: column.optional().describe('Column whose equal values are one answer in several texts, and stay on one side of a split'),
});

const taskKeys = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a letter, then letters, digits, _ and -')
    .describe('Name of the task, of its figures and, with _logits after it, of its ONNX output'),
  type: taskType.default('classification').describe('What is predicted'),
  label: column.optional().describe("Column of the label, default the task's name; a row without it teaches this task nothing"),
  data: pairRowKeys.optional().describe('matching: rows of its own: train, validation, test, text, pair, group'),
  labelSeparator: z.string().min(1).default('|').describe('multi-label: between the labels of one cell'),
  pooling: poolingName.optional().describe('What its head reads; default head.pooling'),
  loss: lossKeys.prefault({}).describe('What it minimises; the keys of loss'),
  outOfScope: outOfScopeKeys.optional().describe('classification: a threshold for texts out of scope; the keys of outOfScope'),
  weight: z.number().positive().default(1).describe('Weight of its loss, and of its metric in the mean that chooses the best checkpoint'),
  metric: metricNameSchema.optional().describe('Its part of that mean; default by type'),
  ignoresPair: z
    .boolean()
    .default(false)
    .describe('Its labels are about the text alone: it is trained on each text with and without its second text'),
});

const headConfigKeys = z
  .strictObject({
    task: z
      .enum([...taskType.options, 'zero-shot', 'few-shot'])
      .default('classification')
      .describe(
        'What is predicted: labels, a number, or (matching) which second text answers a first one; zero-shot and few-shot: labels, from words about them',
      ),
    tasks: z
      .array(taskKeys)
      .min(1)
      .optional()
      .describe('Several tasks on one encoder, in place of task, data.label and loss: a list of name, type, label, pooling, loss, weight'),
    encoder: z.string().min(1).default('all-MiniLM-L6-v2').describe('Folder, hub id, or the name of the encoder that setup installed'),
    seed: z.number().int().nonnegative().default(42).describe('Seed of every random choice'),

    data: z
      .strictObject({
        train: z
          .union([path, z.array(path).min(1)])
          .optional()
          .describe('Training rows: .csv, .tsv, .jsonl or .parquet, plain or .gz; of a list of files, rows are counted through'),
        validation: path.optional().describe('Validation rows; without it a share of the training rows is set aside'),
        test: path.optional().describe('Test rows, seen only by the final report'),
        text: column.default('text').describe('Column of the text'),
        pair: column.optional().describe('Column of the second text of a pair; matching: of the text that answers the first'),
        label: column.default('label').describe('Column of the label'),
        labelSeparator: z.string().min(1).default('|').describe('multi-label: between the labels of one multi-label cell'),
        group: column.optional().describe('Column whose equal values stay on one side of a split'),
        time: column.optional().describe('Column of the time, for a time-ordered split'),
        split: z
          .enum(['stratified', 'grouped', 'time'])
          .default('stratified')
          .describe('How validation rows are chosen: labels in proportion, whole groups, or the latest rows'),
        validationShare: probability.default(0.1).describe('Share of the training rows set aside for validation'),
        dropDuplicates: z.boolean().default(true).describe('Train on exact duplicates (same text, same label) once'),
      })
      .prefault({})
      .describe('Rows: files and their columns; paths are relative to this file'),

    normalization: z
      .strictObject({
        unicode: z.enum(['NFC', 'NFKC', 'none']).default('NFC').describe('Unicode normal form'),
        controlCharacters: z.boolean().default(true).describe('Remove control characters'),
        html: z.boolean().default(true).describe('Decode HTML entities and remove tags'),
        whitespace: z.boolean().default(true).describe('Collapse white space'),
        maskUrls: z.boolean().default(false).describe('Replace URLs by the word "url"'),
        maskMentions: z.boolean().default(false).describe('Replace @names by "@user"'),
        entityMarkers: entityMarkersSchema
          .default('none')
          .describe('Mark where the text names its second text, as in "Ardmore beat @ Kilbride @" about Kilbride'),
        template: z.string().optional().describe('Sentence around each text, with {text}: some encoders want "query: {text}"'),
      })
      .prefault({})
      .describe('Cleaning of texts; stored in the artifact, so that serving does the same'),

    tuner: z
      .strictObject({
        name: z
          .enum(['full', 'lora', 'dora', 'ia3', 'adapters', 'prompt-tuning', 'bitfit', 'head'])
          .default('full')
          .describe('Which parameters learn'),
        rank: positiveInt.default(8).describe('lora, dora: rank'),
        alpha: z.number().positive().default(16).describe('lora, dora: the update is scaled by alpha / rank'),
        dropout: probability.default(0).describe('lora, dora: dropout before the low-rank product'),
        targetModules: z.array(z.string()).default(['query', 'value']).describe('lora, dora: dense layers, by the end of their name'),
        reductionFactor: positiveInt.default(16).describe("adapters: the encoder's width over that of the bottleneck"),
        activation: z.enum(['gelu', 'gelu_new', 'relu']).default('gelu').describe('adapters: between the two layers of an adapter'),
        promptTokens: positiveInt.default(20).describe('prompt-tuning: virtual tokens before each text'),
        promptText: z.string().optional().describe('prompt-tuning: text whose word embeddings they start from; without it random vectors'),
        promptEncoder: z
          .enum(['none', 'mlp'])
          .default('none')
          .describe('prompt-tuning: what makes the vectors while they learn: nothing, or an encoder of three dense layers (P-tuning)'),
        promptEncoderSize: positiveInt.optional().describe("prompt-tuning: inner width of that encoder; default the text encoder's"),
        layerDecay: fraction.default(1).describe('full: learning rate of a layer relative to the one above it'),
        unfreezeEvery: fraction
          .default(0)
          .describe('full: epochs after which one more layer from the top starts to learn; 0 is all at once'),
        frozenLayers: z
          .number()
          .int()
          .nonnegative()
          .default(0)
          .describe('full: lowest layers that stay as they are, and the embeddings with them: less time and memory; 0 is none'),
      })
      .prefault({})
      .describe('How the encoder is tuned'),

    head: z
      .strictObject({
        pooling: poolingName
          .default('pooler')
          .describe(
            "What the head reads: the family's own head, the first state, the mean, that of the second text of a pair, or the mean divided by its length",
          ),
        dropout: probability.optional().describe("Dropout before the output; default the encoder's own"),
        warmStart: z.boolean().default(true).describe('Fit the output layer on the frozen encoder first'),
      })
      .prefault({})
      .describe('The layers on top of the encoder'),

    loss: lossKeys.prefault({}).describe('What training minimises'),

    prompt: promptKeys.prefault({}).describe('zero-shot and few-shot: what is said about the labels, and how a head is made from it'),

    outOfScope: outOfScopeKeys
      .optional()
      .describe(
        'classification: texts that are none of the labels are known by a threshold, too, chosen on validation rows: label, score, inScopeLoss',
      ),

    optimizer: z
      .strictObject({
        name: z.enum(['adamw', 'adam', 'sgd', 'adagrad']).default('adamw').describe('Update rule'),
        learningRate: z.number().positive().optional().describe('Peak learning rate; default by tuner'),
        headLearningRate: z.number().positive().optional().describe("Peak learning rate of the head; default the encoder's"),
        weightDecay: z.number().nonnegative().default(0.01).describe('adamw: decay of weights, not of biases and norms'),
        momentum: fraction.default(0.9).describe('sgd: momentum'),
        beta1: probability.default(0.9).describe('adamw, adam: decay of the mean of gradients'),
        beta2: probability.default(0.999).describe('adamw, adam: decay of the mean of squared gradients'),
        epsilon: z.number().positive().default(1e-8).describe('Added to the denominator of an update'),
        schedule: z.enum(['constant', 'linear', 'cosine']).default('linear').describe('Course of the learning rate after warm-up'),
        warmup: fraction.default(0.1).describe('Share of all steps in which the learning rate rises from 0'),
        clipNorm: z.number().nonnegative().default(1).describe('Largest global norm of the gradients; 0 is no clipping'),
      })
      .prefault({})
      .describe('How the parameters are updated'),

    training: z
      .strictObject({
        epochs: z.number().positive().default(6).describe('Passes over the training rows; may be a fraction'),
        batchSize: positiveInt.default(32).describe('Rows an optimiser step sees'),
        accumulate: positiveInt.default(1).describe('Batches whose gradients are summed for one step'),
        maxLength: positiveInt.default(128).describe('Tokens kept of a text'),
        tokenBudget: positiveInt.default(2048).describe('Most tokens, padding counted, that go through the encoder at once'),
        hiddenDropout: probability.optional().describe("Dropout of hidden states; default the encoder's own"),
        attentionDropout: probability.optional().describe("Dropout of attention weights; default the encoder's own"),
        precision: z
          .enum(['auto', 'fp32', 'bf16'])
          .default('auto')
          .describe('Of matrix products; auto takes bf16 where the processor multiplies it natively'),
        passes: z
          .enum(['fast', 'reference'])
          .default('fast')
          .describe('Hand-written passes over the kernels, or plain tfjs operations: slower, the reference'),
        weightAverage: probability
          .default(0.98)
          .describe('Decay of an exponential moving average of the weights, which is what is kept; 0 is none'),
        evaluateEvery: z
          .union([z.literal('epoch'), positiveInt])
          .default('epoch')
          .describe('Validation every epoch or every N steps'),
        metric: z
          .union([metricNameSchema, taskMetric])
          .optional()
          .describe(
            'Chooses the best checkpoint; default by task; of several tasks one, as in sentiment.macroF1, or by default the mean of all',
          ),
        patience: z.number().int().nonnegative().default(0).describe('Evaluations without improvement before stopping; 0 is never'),
        keepBest: z.boolean().default(true).describe('Restore the best checkpoint at the end'),
        checkpointEvery: positiveInt.optional().describe('Steps between checkpoints for --resume; default every epoch'),
      })
      .prefault({})
      .describe('The course of training'),

    regularization: regularizationKeys,

    augmentation: augmentationKeys,

    distill: distillKeys.optional(),

    continual: continualKeys,

    export: z
      .strictObject({
        embedding: z.boolean().default(false).describe('A normalised mean-pooled embedding as a second ONNX output'),
        examples: z
          .number()
          .int()
          .min(0)
          .max(10_000)
          .default(0)
          .describe('Training rows kept in the model, as they are, so that services show those nearest to a text; 0 keeps no text'),
        int8: z.boolean().default(true).describe('Also write the quantised ONNX file'),
      })
      .prefault({})
      .describe('What is written beside the checkpoint'),

    pretraining: pretrainingKeys.optional().describe('What attune pretrain learns from raw text; attune train leaves it alone'),

    search: searchKeys.optional().describe('What attune tune searches; attune train leaves it alone'),
  })
  .describe('head.yaml');

/** A complete, validated configuration of a training run. */
export type HeadConfig = z.infer<typeof headConfigKeys>;

/** One entry of `tasks`. */
export type TaskConfig = z.infer<typeof taskKeys>;

/** What a task can predict. */
export type TaskType = z.infer<typeof taskType>;

/** Keys for texts out of scope. */
export type OutOfScopeKeys = z.infer<typeof outOfScopeKeys>;

/** Files and columns of pairs. */
export type PairRows = Omit<z.infer<typeof pairRowKeys>, 'train'> & { train?: string | string[] };

/**
 * head.yaml: everything that decides what a training run does. Each default is stated above, once, with its unit;
 * `attune train --help` and the commented example are written from these descriptions.
 */
export const headConfigSchema = headConfigKeys.superRefine(checkHeadConfigRules);
