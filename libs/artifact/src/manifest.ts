import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { EncoderFamilyName, Pooling, TaskName } from './encoder';
import { AttuneError } from './errors';
import { isMissing } from './file-errors';
import { outOfScopeRuleSchema } from './out-of-scope';
import { isSafeRelativePath, resolveInside } from './safe-path';
import { sha256OfFile } from './sha256';
import { textNormalizationSchema } from './text-normalization';

/** Name of the manifest in a model directory. */
export const MANIFEST_FILE = 'attune.json';

/** Version of the manifest that this code writes; it reads no other. */
export const MANIFEST_SCHEMA_VERSION = 1;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal');
const pathSchema = z.string().refine(isSafeRelativePath, 'a path must stay inside the model directory');
const finite = z.number();

const taskSchema = z
  .strictObject({
    name: z.string().min(1).describe('Unique among the tasks of the model'),
    type: z.enum(['classification', 'multi-label', 'regression'] satisfies TaskName[]),
    pooling: z.enum(['pooler', 'cls', 'mean', 'pair', 'embedding', 'cloze'] satisfies Pooling[]),
    labels: z.array(z.string()).min(1).describe('In the order of the outputs; for regression the name of the number'),
    output: z.string().min(1).describe('Name of the ONNX output'),
    calibration: z.strictObject({ temperature: finite.positive().describe('Logits are divided by it before softmax or sigmoid') }),
    thresholds: z
      .record(z.string(), finite.min(0).max(1))
      .optional()
      .describe('multi-label: probability from which a label counts, default 0.5'),
    outOfScope: outOfScopeRuleSchema
      .optional()
      .describe('classification: when a text is none of the other labels, beside its likeliest label'),
    metrics: z.record(z.string(), finite).describe('On the test rows, or on validation rows where there were none'),
  })
  .refine((task) => new Set(task.labels).size === task.labels.length, 'labels must differ')
  .refine(
    (task) => task.outOfScope === undefined || (task.type === 'classification' && task.labels.includes(task.outOfScope.label)),
    'the label for texts out of scope is none of a classification',
  )
  .refine((task) => Object.keys(task.thresholds ?? {}).every((label) => task.labels.includes(label)), 'a threshold names an unknown label');

/** attune.json: what a model directory holds, for serving and for checking it. Data alone: nothing in it is executed. */
export const manifestSchema = z
  .strictObject({
    schemaVersion: z.literal(MANIFEST_SCHEMA_VERSION),
    createdBy: z.string().min(1).describe('Program and version that wrote the model'),
    tasks: z.array(taskSchema).describe('Empty for a model that only embeds'),
    embedding: z
      .strictObject({
        output: z.string().min(1),
        dimension: z.number().int().positive(),
        pooling: z.literal('mean'),
        normalized: z.literal(true),
        matching: z
          .strictObject({
            name: z.string().min(1).describe('Of the task, for the choice of it on a command line'),
            temperature: finite.positive().describe('Cosines were divided by it in training'),
            metrics: z.record(z.string(), finite).describe('On the test pairs, or on validation pairs where there were none'),
          })
          .optional()
          .describe('Present where the encoder was trained to match texts'),
      })
      .optional()
      .describe('Present where the ONNX file gives sentence vectors'),
    ranking: z
      .strictObject({
        items: z.number().int().nonnegative(),
        users: z.number().int().nonnegative(),
        events: z.number().int().nonnegative(),
        text: z.enum(['fine-tuned', 'frozen', 'none']).describe('What the item tower reads of the texts'),
        collaborative: z.enum(['ease', 'als', 'none']),
        metrics: z.record(z.string(), finite).describe('On the test events, or on validation events where there were none'),
      })
      .optional()
      .describe('Present where the model ranks items for users; its parts lie in ranking/'),
    encoder: z.strictObject({
      id: z.string().min(1),
      hash: z.string().min(1).describe('Of the pretrained weights that training started from'),
      family: z.enum(['bert', 'roberta', 'xlm-roberta', 'distilbert', 'mpnet', 'gpt2'] satisfies EncoderFamilyName[]),
      hiddenSize: z.number().int().positive(),
      tokenTypes: z.number().int().nonnegative().describe('2 or more: the ONNX files have an input token_type_ids'),
      padTokenId: z.number().int().nonnegative(),
    }),
    maxLength: z.number().int().positive().describe('Tokens kept of a text, special tokens counted'),
    normalization: textNormalizationSchema,
    tuner: z
      .looseObject({ name: z.string().min(1) })
      .optional()
      .describe('How it was trained; absent where nothing was'),
    trainingData: z.looseObject({ sha256: sha256Schema, rows: z.number().int().nonnegative() }).optional(),
    lineage: z
      .array(
        z.strictObject({
          model: z.string().min(1).describe("Its folder's name"),
          manifest: sha256Schema.describe('Of its attune.json, which holds the hashes of its files'),
          trainingData: z.strictObject({ sha256: sha256Schema, rows: z.number().int().nonnegative() }).optional(),
        }),
      )
      .optional()
      .describe('Models whose training this one went on from, the latest first'),
    onnx: z.strictObject({ fp32: pathSchema.optional(), int8: pathSchema.optional() }),
    verification: z
      .looseObject({ rows: z.number().int().nonnegative() })
      .optional()
      .describe('How far the ONNX files were from the trained model when they were checked'),
    files: z
      .record(pathSchema, z.strictObject({ sha256: sha256Schema, bytes: z.number().int().nonnegative() }))
      .describe('Every other file of the directory'),
  })
  .refine((manifest) => new Set(manifest.tasks.map((task) => task.name)).size === manifest.tasks.length, 'names of tasks must differ')
  .refine((manifest) => manifest.tasks.length > 0 || manifest.embedding !== undefined, 'a model has a task or an embedding')
  .refine(
    (manifest) => Object.values(manifest.onnx).every((path) => path === undefined || path in manifest.files),
    'an ONNX path is not among the files',
  );

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestTask = Manifest['tasks'][number];

/**
 * Reads and checks the manifest of a model directory; the files that it lists are not looked at (see `verifyFiles`).
 *
 * @throws AttuneError `missing-file` when there is no such directory, `bad-model` when it has no valid manifest.
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const file = join(directory, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (!isMissing(cause)) throw new AttuneError('bad-model', `${file} cannot be read.`, { cause });
    throw await notAModel(directory);
  }
  return parseManifest(text, file);
}

/**
 * Reads and checks the text of a manifest.
 *
 * @param file where it lies, for messages
 * @throws AttuneError `bad-model` where it is not valid, or of a newer schema
 */
export function parseManifest(text: string, file: string): Manifest {
  const json = parseJson(text, file);
  const version = z.object({ schemaVersion: z.number() }).safeParse(json);
  if (version.success && version.data.schemaVersion > MANIFEST_SCHEMA_VERSION) {
    throw new AttuneError(
      'bad-model',
      `${file} is of version ${version.data.schemaVersion}; this program reads version ${MANIFEST_SCHEMA_VERSION}.`,
      {
        remedy: 'Update attune, or export the model with this version.',
      },
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // Of a key of a record, the reason lies one deeper.
  const reason = issue.code === 'invalid_key' ? issue.issues[0].message : issue.message;
  throw new AttuneError('bad-model', `${file} is not a valid manifest: ${issue.path.join('.') || 'it'}: ${reason}.`, {
    remedy: 'Copy or export the model again.',
    cause: parsed.error,
  });
}

/** What a manifest says of files of a model directory: size and SHA-256. @param paths below the directory, with `/` between their parts */
export async function describeFiles(directory: string, paths: readonly string[]): Promise<Manifest['files']> {
  const files: Manifest['files'] = {};
  for (const path of paths) {
    const file = join(directory, path);
    files[path] = { sha256: await sha256OfFile(file), bytes: (await stat(file)).size };
  }
  return files;
}

/**
 * Checks that files of a model directory are there, lie inside it, and have the size and SHA-256 that the manifest gives.
 *
 * @param only paths to check; all of the manifest's by default
 * @throws AttuneError `bad-model` naming the first file that does not.
 */
export async function verifyFiles(
  directory: string,
  manifest: Manifest,
  only: readonly string[] = Object.keys(manifest.files),
): Promise<void> {
  for (const path of only) {
    const file = await listedFile(directory, manifest, path);
    assertUnchanged(directory, manifest, path, await sha256OfFile(file));
  }
}

/**
 * Where a file of a model directory lies, for who reads it and makes its hash on the way.
 *
 * @throws AttuneError `bad-model` where the manifest does not list it, or lists another size
 */
export async function listedFile(directory: string, { files }: Manifest, path: string): Promise<string> {
  if (!(path in files)) throw new AttuneError('bad-model', `${join(directory, MANIFEST_FILE)} does not list ${path}.`);
  const file = await resolveInside(directory, path);
  const { size } = await stat(file);
  if (size !== files[path].bytes) throw changed(join(directory, path), `it has ${size} bytes instead of ${files[path].bytes}`);
  return file;
}

/** @throws AttuneError `bad-model` where the manifest gives another SHA-256 for a file */
export function assertUnchanged(directory: string, { files }: Manifest, path: string, sha256: string): void {
  if (sha256 !== files[path].sha256) throw changed(join(directory, path), 'its SHA-256 is another');
}

function changed(file: string, how: string): AttuneError {
  return new AttuneError('bad-model', `${file} is not the file that the manifest describes: ${how}.`, {
    remedy: 'Copy or export the model again.',
  });
}

async function notAModel(directory: string): Promise<AttuneError> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined) return new AttuneError('missing-file', `There is no model directory ${directory}.`);
  return new AttuneError('bad-model', `${directory} is not a model directory: it has no ${MANIFEST_FILE}.`, {
    remedy: 'Name a directory that attune train or attune export wrote.',
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AttuneError('bad-model', `${file} is not valid JSON.`, { remedy: 'Copy or export the model again.', cause });
  }
}
