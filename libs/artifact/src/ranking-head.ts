import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { NamedTensor } from './encoder';
import { AttuneError } from './errors';
import { assertUnchanged, listedFile, readManifest, type Manifest } from './manifest';
import { readSafetensors, writeSafetensors } from './safetensors/safetensors';
import { sha256 } from './sha256';

/** Folder of a model directory in which the parts of a ranking lie. */
export const RANKING_FOLDER = 'ranking';

const SCORING_FILE = `${RANKING_FOLDER}/scoring.json`;
const CATALOGUE_FILE = `${RANKING_FOLDER}/catalogue.json`;
const TENSORS_FILE = `${RANKING_FOLDER}/tensors.safetensors`;
const HISTORIES_FILE = `${RANKING_FOLDER}/histories.json`;

const finite = z.number();
const weight = finite.nonnegative();

/** How behaviour is read: the same in training and in serving. */
export const behaviourSettingsSchema = z.strictObject({
  typeWeights: z.record(z.string(), finite).describe('Weight of an event by its type; below 0 it speaks against the item, 0 says nothing'),
  defaultWeight: finite.describe('Weight of an event without a type, or of a type that is not listed'),
  recency: finite.positive().describe('Events after which the weight of a past event has fallen to 1/e, for the collaborative score'),
  tasteRecency: finite.positive().describe('The same, for the taste in categories and numbers, and for the text and match scores'),
  longestHistory: z.number().int().positive().describe('Latest events of a user that are looked at'),
  popularityDays: finite.positive().describe('Days after which an event counts 1/e in the decayed popularity'),
});
export type BehaviourSettings = z.infer<typeof behaviourSettingsSchema>;

/** Points of a monotonic map from scores to probabilities, linear between them. */
export const calibrationPointsSchema = z.strictObject({ scores: z.array(finite), probabilities: z.array(finite.min(0).max(1)) });

const featureSchema = z.strictObject({
  name: z.string().min(1),
  mean: finite,
  deviation: finite.positive(),
  weight: finite.describe('Of the normalised feature'),
});

/** scoring.json: how features become a score. */
export const rankingScoringSchema = z.strictObject({
  behaviour: behaviourSettingsSchema,
  features: z.array(featureSchema).min(1).describe('A score is the sum of weight · (value − mean) / deviation'),
  calibration: calibrationPointsSchema,
  attention: z
    .strictObject({
      typeBias: z
        .record(z.string(), finite)
        .describe('Added to the attention logit of an event of this type; the empty name is of events without one'),
      timeDecay: weight.describe('The logit falls by this times the natural logarithm of the place, the latest being 1'),
      temperature: finite.positive(),
    })
    .optional()
    .describe('How the user tower of the match head pools a history; absent where there is none'),
  numbers: z
    .record(z.string(), z.strictObject({ mean: finite, deviation: finite.positive() }))
    .describe('Numeric attributes of items that are looked at, with their distribution in the catalogue'),
  categories: z.array(z.string()).describe('Attributes whose values are categories'),
  newItems: finite
    .min(0)
    .max(1)
    .optional()
    .describe("Share of a list's places that is kept for items that training did not see, where a request names none; 0 where absent"),
  trainedAt: finite.describe('Time of the newest training event, in milliseconds since 1970'),
});
export type RankingScoring = z.infer<typeof rankingScoringSchema>;

const itemSchema = z.strictObject({
  id: z.string().min(1),
  categories: z.record(z.string(), z.array(z.string())).describe('Values by attribute'),
  numbers: z.record(z.string(), finite),
  events: weight.describe('Positive weight of the training events'),
  decayedEvents: weight.describe('The same, decayed to trainedAt'),
  users: z.number().int().nonnegative().describe('Users with a positive event'),
  firstAt: finite.optional().describe('Time of the first training event, or of publication, in milliseconds since 1970'),
});

/** An item of the catalogue that a ranking was trained on. */
export type RankingItem = z.infer<typeof itemSchema>;

const historiesSchema = z.strictObject({
  salt: z.string(),
  types: z.array(z.string()),
  users: z.record(z.string(), z.array(z.tuple([z.number().int(), finite, z.number().int(), finite.nullable()]))),
});

/**
 * Histories of the training users, so that a head can be evaluated on later events by itself: by a salted hash of the user, events of item
 * (place in the catalogue), time in milliseconds, type (place in `types`, −1 for none) and value.
 */
export type RankingHistories = z.infer<typeof historiesSchema>;

/** Rows of a sparse item × item matrix: for each item its neighbours, nearest first. */
export interface SparseRows {
  /** `[items × width]` places in the catalogue; −1 where a row has fewer. */
  neighbours: Int32Array;
  /** `[items × width]` */
  weights: Float32Array;
  width: number;
}

/** Everything that a ranking head holds beside its encoder. */
export interface RankingHead {
  scoring: RankingScoring;
  items: RankingItem[];
  /** `[items × textWidth]`, unit vectors of the items' texts by the head's encoder; zeros for an item without text. */
  textVectors: Float32Array;
  textWidth: number;
  /** `[items × matchWidth]` of the item tower; empty where there is no match head. */
  matchVectors: Float32Array;
  matchWidth: number;
  /** `[matchWidth × textWidth]` from a text vector to the item tower's, for items that training did not see. */
  matchProjection: Float32Array;
  /** What an item in the history says of others: row = item of the history. */
  collaborative: SparseRows;
}

/**
 * Reads the parts of a ranking from a model directory, after checking their hashes. Needs no TensorFlow.
 *
 * @throws AttuneError `bad-model` where the directory holds no ranking, or a damaged one
 */
export async function readRankingHead(directory: string): Promise<RankingHead & { manifest: Manifest }> {
  const manifest = await readManifest(directory);
  if (manifest.ranking === undefined) {
    throw new AttuneError('bad-model', `${directory} is no ranking head.`, {
      remedy: 'Name a directory that attune train --task ranking wrote.',
    });
  }
  const [scoring, items, { tensors, sha256: tensorsSha256 }] = await Promise.all([
    readJson(directory, manifest, SCORING_FILE, rankingScoringSchema),
    readJson(directory, manifest, CATALOGUE_FILE, z.array(itemSchema)),
    listedFile(directory, manifest, TENSORS_FILE).then((file) => readSafetensors(file)),
  ]);
  assertUnchanged(directory, manifest, TENSORS_FILE, tensorsSha256);
  const tensor = (name: string): NamedTensor => tensors.get(name) ?? { shape: [0, 0], values: new Float32Array(0) };
  const [text, match, weights] = [tensor('text'), tensor('match'), tensor('collaborative.weights')];
  const head: RankingHead = {
    scoring,
    items,
    textVectors: text.values,
    textWidth: text.shape[1],
    matchVectors: match.values,
    matchWidth: match.shape[1],
    matchProjection: tensor('match.projection').values,
    collaborative: {
      neighbours: new Int32Array(tensor('collaborative.neighbours').values),
      weights: weights.values,
      width: weights.shape[1],
    },
  };
  assertFits(directory, head);
  return { ...head, manifest };
}

/** Reads the training users' histories; undefined where the head was exported without them. */
export async function readRankingHistories(directory: string): Promise<RankingHistories | undefined> {
  const manifest = await readManifest(directory);
  if (!(HISTORIES_FILE in manifest.files)) return undefined;
  return readJson(directory, manifest, HISTORIES_FILE, historiesSchema);
}

/** Writes the parts of a ranking into a model directory that is being made. @returns their paths below it */
export async function writeRankingHead(directory: string, head: RankingHead, histories?: RankingHistories): Promise<string[]> {
  await mkdir(join(directory, RANKING_FOLDER), { recursive: true });
  const count = head.items.length;
  const { neighbours, weights, width } = head.collaborative;
  const tensors = new Map<string, NamedTensor>([
    ['text', { shape: [count, head.textWidth], values: head.textVectors }],
    ['collaborative.weights', { shape: [count, width], values: weights }],
    // Places below 2²⁴ are exact in float32.
    ['collaborative.neighbours', { shape: [count, width], values: Float32Array.from(neighbours) }],
  ]);
  if (head.matchWidth > 0) {
    tensors.set('match', { shape: [count, head.matchWidth], values: head.matchVectors });
    tensors.set('match.projection', { shape: [head.matchWidth, head.textWidth], values: head.matchProjection });
  }
  await writeSafetensors(join(directory, TENSORS_FILE), tensors);
  await writeFile(join(directory, SCORING_FILE), `${JSON.stringify(rankingScoringSchema.parse(head.scoring), null, 2)}\n`);
  await writeFile(join(directory, CATALOGUE_FILE), `${JSON.stringify(head.items)}\n`);
  if (histories !== undefined) await writeFile(join(directory, HISTORIES_FILE), `${JSON.stringify(histories)}\n`);
  return [TENSORS_FILE, SCORING_FILE, CATALOGUE_FILE, ...(histories === undefined ? [] : [HISTORIES_FILE])];
}

async function readJson<Schema extends z.ZodType>(
  directory: string,
  manifest: Manifest,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const bytes = await readFile(await listedFile(directory, manifest, path));
  assertUnchanged(directory, manifest, path, sha256(bytes));
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    const file = join(directory, path);
    throw new AttuneError('bad-model', `${file} is not what a ranking head holds.`, { remedy: 'Copy or train the model again.', cause });
  }
}

function assertFits(directory: string, head: RankingHead): void {
  const count = head.items.length;
  const { collaborative } = head;
  const fits =
    head.textVectors.length === count * head.textWidth &&
    (head.matchWidth === 0 || head.matchVectors.length === count * head.matchWidth) &&
    head.matchProjection.length === head.matchWidth * head.textWidth &&
    collaborative.weights.length === count * collaborative.width &&
    collaborative.neighbours.length === collaborative.weights.length &&
    areWithin(collaborative.neighbours, -1, count);
  if (!fits)
    throw new AttuneError('bad-model', `${directory}: the parts of the ranking do not fit together.`, {
      remedy: 'Copy or train the model again.',
    });
}

function areWithin(values: Int32Array, least: number, end: number): boolean {
  for (let at = 0; at < values.length; at++) if (values[at] < least || values[at] >= end) return false;
  return true;
}
