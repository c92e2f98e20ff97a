import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, isMissing } from '@attune/artifact';
import { z } from 'zod';
import type { HeadConfig } from '../config/head-config';
import { trialSchema, type Trial } from './trial';

/** Version of the file's form; another one is not read. */
const SCHEMA_VERSION = 1;
const FILE = 'study.json';

const studySchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** What every trial shares; see {@link studyIdentity}. */
  identity: z.string(),
  trials: z.array(trialSchema),
});

/** What must be the same for a study to go on: the configuration and its space, but not how many trials there are, or how many at once. */
export function studyIdentity({ search, ...config }: HeadConfig): string {
  const { space, earlyStopping, reduction, minEpochs } = search ?? {};
  const shared = { ...config, export: undefined, search: { space, earlyStopping, reduction, minEpochs } };
  return createHash('sha256').update(JSON.stringify(shared)).digest('hex');
}

/** Whether a study stands in a folder. */
export async function studyExists(folder: string): Promise<boolean> {
  try {
    await readFile(join(folder, FILE));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * The trials of a study.
 *
 * @throws AttuneError `wrong-use` for a file of another version, of another configuration, or that is no study
 */
export async function readStudy(folder: string, identity: string): Promise<Trial[]> {
  const file = join(folder, FILE);
  const remedy = 'Give another folder with --out, or remove this one to begin anew.';
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new AttuneError('wrong-use', `${file} is no study: ${firstLine(cause)}`, { remedy, cause });
  }
  const version = z.object({ schemaVersion: z.unknown() }).safeParse(content);
  if (version.success && version.data.schemaVersion !== SCHEMA_VERSION) {
    const found = JSON.stringify(version.data.schemaVersion) ?? 'none';
    throw new AttuneError('wrong-use', `${file} has schema version ${found}, and this program reads ${SCHEMA_VERSION}.`, { remedy });
  }
  const parsed = studySchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AttuneError('wrong-use', `${file} is no study: ${issue.path.join('.')}: ${issue.message}`, { remedy, cause: parsed.error });
  }
  if (parsed.data.identity !== identity) {
    throw new AttuneError('wrong-use', `${file} was begun with another configuration or another search space.`, { remedy });
  }
  return parsed.data.trials;
}

/** Writes the trials of a study whole: a kill leaves the file as it was or as it is to be. */
export async function writeStudy(folder: string, identity: string, trials: readonly Trial[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const staged = join(folder, `${FILE}.staged`);
  await writeFile(staged, `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, identity, trials }, undefined, 2)}\n`);
  await rename(staged, join(folder, FILE));
}

function firstLine(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n')[0];
}
