import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../errors';
import { fileErrorCode, isDiskFull, isMissing } from '../file-errors';
import { isStoreName } from './names';

/** Name of the file that says what serves. */
export const CURRENT_FILE = 'current';

const HISTORY_FOLDER = '.history';
const RECORD = /^([1-9]\d{0,14})\.json$/;
/** Promotions that are remembered, and so the most that rollbacks can go back. */
const REMEMBERED = 20;
/** Unfinished files older than this many milliseconds belong to nobody. */
const ABANDONED_AFTER = 60 * 60 * 1000;
const SCHEMA_VERSION = 1;

const promotionSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  version: z.string().refine(isStoreName, 'not the name of a version'),
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'),
  generation: z.number().int().positive(),
  promotedAt: z.iso.datetime(),
  before: z.number().int().positive().optional().describe('Generation that a rollback goes back to'),
});

/** What serves, or served: a version with the hash of its manifest. The generation grows by one with every change. */
export type Promotion = Readonly<z.infer<typeof promotionSchema>>;

/**
 * The newest promotion of an application's folder; undefined where there was none.
 *
 * A promotion is decided by its record in the history, and `current` follows. Where a process ended between the two, or was overtaken, the
 * record counts.
 *
 * @throws AttuneError `bad-model` where `current` is of an unknown schema or damaged
 */
export async function readCurrent(folder: string): Promise<Promotion | undefined> {
  let newest = await readPromotion(join(folder, CURRENT_FILE));
  if (newest === undefined) {
    const last = (await recordedGenerations(folder)).at(-1);
    return last === undefined ? undefined : readRecord(folder, last);
  }
  for (;;) {
    const next = await readRecord(folder, newest.generation + 1);
    if (next === undefined) return newest;
    newest = next;
  }
}

/** The record of a generation; undefined where it is forgotten or never was. */
export function readRecord(folder: string, generation: number): Promise<Promotion | undefined> {
  return readPromotion(recordFile(folder, generation));
}

/** The remembered promotions, the newest first. */
export async function readHistory(folder: string): Promise<Promotion[]> {
  const records = await Promise.all((await recordedGenerations(folder)).map((generation) => readRecord(folder, generation)));
  return records.filter((record) => record !== undefined).reverse();
}

/**
 * Makes a promotion the newest one, if no other took its generation. Compare-and-set: of several processes that write the same generation,
 * the one whose link comes first wins, on every file system with hard links.
 *
 * @throws AttuneError `conflict` for all but the winner, `disk-full`
 */
export async function appendPromotion(folder: string, promotion: Omit<Promotion, 'schemaVersion'>): Promise<Promotion> {
  const record: Promotion = { schemaVersion: SCHEMA_VERSION, ...promotion };
  const history = join(folder, HISTORY_FOLDER);
  try {
    await mkdir(history, { recursive: true });
    const draft = await writeDraft(history, record);
    try {
      await link(draft, recordFile(folder, record.generation));
    } finally {
      await rm(draft, { force: true });
    }
    await flushFolder(history);
    await settle(folder);
    await forget(folder, record.generation);
  } catch (cause) {
    throw explain(cause, folder, record);
  }
  return record;
}

/** Writes `current` until it names the newest record: another process may promote, and be quicker, meanwhile. */
export async function settle(folder: string): Promise<void> {
  for (;;) {
    const written = await readPromotion(join(folder, CURRENT_FILE));
    const newest = await readCurrent(folder);
    if (newest === undefined || newest.generation === written?.generation) return;
    const draft = await writeDraft(join(folder, HISTORY_FOLDER), newest);
    await rename(draft, join(folder, CURRENT_FILE));
    await flushFolder(folder);
  }
}

async function forget(folder: string, newest: number): Promise<void> {
  const history = join(folder, HISTORY_FOLDER);
  for (const generation of await recordedGenerations(folder)) {
    if (generation <= newest - REMEMBERED) await rm(recordFile(folder, generation), { force: true });
  }
  for (const name of await readdir(history)) {
    if (!name.startsWith('.')) continue;
    const modified = await stat(join(history, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - modified > ABANDONED_AFTER) await rm(join(history, name), { force: true });
  }
}

function recordFile(folder: string, generation: number): string {
  return join(folder, HISTORY_FOLDER, `${generation}.json`);
}

async function recordedGenerations(folder: string): Promise<number[]> {
  const names = await readdir(join(folder, HISTORY_FOLDER)).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw cause;
  });
  return names.flatMap((name) => Number(RECORD.exec(name)?.[1] ?? []) || []).sort((a, b) => a - b);
}

async function readPromotion(file: string): Promise<Promotion | undefined> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return undefined;
    throw cause;
  });
  if (text === undefined) return undefined;
  const json = parseJson(text);
  const version = z.object({ schemaVersion: z.number() }).safeParse(json);
  if (version.success && version.data.schemaVersion !== SCHEMA_VERSION) {
    throw new AttuneError(
      'bad-model',
      `${file} is of version ${version.data.schemaVersion}; this program reads version ${SCHEMA_VERSION}.`,
      {
        remedy: 'Update attune, or promote a version with this one after removing that file.',
      },
    );
  }
  const parsed = promotionSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AttuneError('bad-model', `${file} does not say which version serves: it is damaged or not attune's.`, {
    remedy: 'Remove it; the history beside it then says what serves.',
    cause: parsed.error,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writeDraft(history: string, record: Promotion): Promise<string> {
  const draft = join(history, `.${record.generation}-${process.pid}-${randomBytes(6).toString('hex')}`);
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(`${JSON.stringify(record, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (cause) {
    // Some file systems cannot flush a directory.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(fileErrorCode(cause) ?? '')) throw cause;
  } finally {
    await handle.close();
  }
}

function explain(cause: unknown, folder: string, { version, generation }: Promotion): unknown {
  if (fileErrorCode(cause) === 'EEXIST') {
    return new AttuneError(
      'conflict',
      `${version} was not promoted: another promotion became generation ${generation} of ${folder} first.`,
      {
        remedy: 'See what serves now (attune models current), and promote again if it is still wanted.',
        cause,
      },
    );
  }
  if (!isDiskFull(cause)) return cause;
  return new AttuneError('disk-full', `The disk is full: ${version} was not promoted in ${folder}.`, {
    remedy: 'Make room and promote again.',
    cause,
  });
}
