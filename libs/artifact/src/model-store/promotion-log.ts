import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../errors';
import { fileErrorCode, isDiskFull, isMissing } from '../file-errors';
import type { TellLeft } from './model-storage';
import {
  CURRENT_FILE,
  HISTORY_FOLDER,
  leftUndone,
  parsePromotion,
  promotionConflict,
  recordedGeneration,
  recordName,
  REMEMBERED_PROMOTIONS,
  writtenPromotion,
  type NewPromotion,
  type Promotion,
} from './promotion';

/** Unfinished files older than this many milliseconds belong to nobody. */
const ABANDONED_AFTER = 60 * 60 * 1000;

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
 * @param tellLeft is told where it was decided, and what follows failed
 * @throws AttuneError `conflict` for all but the winner, `disk-full`
 */
export async function appendPromotion(folder: string, promotion: NewPromotion, tellLeft: TellLeft): Promise<Promotion> {
  const { record, text } = writtenPromotion(promotion);
  const history = join(folder, HISTORY_FOLDER);
  let draft: string;
  try {
    await mkdir(history, { recursive: true });
    draft = await writeDraft(history, record.generation, text);
  } catch (cause) {
    throw explain(cause, folder, record);
  }
  try {
    await link(draft, recordFile(folder, record.generation));
  } catch (cause) {
    await rm(draft, { force: true });
    throw explain(cause, folder, record);
  }
  try {
    await rm(draft, { force: true });
    await flushFolder(history);
    await settle(folder);
    await forget(folder, record.generation);
  } catch (cause) {
    tellLeft(leftUndone(folder, record, cause));
  }
  return record;
}

/** Writes `current` until it names the newest record: another process may promote, and be quicker, meanwhile. */
export async function settle(folder: string): Promise<void> {
  for (;;) {
    const written = await readPromotion(join(folder, CURRENT_FILE));
    const newest = await readCurrent(folder);
    if (newest === undefined || newest.generation === written?.generation) return;
    const draft = await writeDraft(join(folder, HISTORY_FOLDER), newest.generation, writtenPromotion(newest).text);
    await rename(draft, join(folder, CURRENT_FILE));
    await flushFolder(folder);
  }
}

async function forget(folder: string, newest: number): Promise<void> {
  const history = join(folder, HISTORY_FOLDER);
  for (const generation of await recordedGenerations(folder)) {
    if (generation <= newest - REMEMBERED_PROMOTIONS) await rm(recordFile(folder, generation), { force: true });
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
  return join(folder, HISTORY_FOLDER, recordName(generation));
}

function recordedGenerations(folder: string): Promise<number[]> {
  return recordedNumbers(join(folder, HISTORY_FOLDER));
}

/** Numbers of the records in a log, the smallest first; none where there is no such folder. */
export async function recordedNumbers(log: string): Promise<number[]> {
  const names = await readdir(log).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw cause;
  });
  return names.flatMap((name) => recordedGeneration(name) ?? []).sort((a, b) => a - b);
}

async function readPromotion(file: string): Promise<Promotion | undefined> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return undefined;
    throw cause;
  });
  return text === undefined ? undefined : parsePromotion(text, file);
}

/** Writes a text to a file of a name of its own, flushed; the file takes its place when it is linked or renamed. */
export async function writeDraft(history: string, generation: number, text: string): Promise<string> {
  const draft = join(history, `.${generation}-${process.pid}-${randomBytes(6).toString('hex')}`);
  const handle = await open(draft, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

/** Makes sure that the names in a folder outlive a power cut, where the file system can. */
export async function flushFolder(folder: string): Promise<void> {
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

function explain(cause: unknown, folder: string, promotion: Promotion): unknown {
  if (fileErrorCode(cause) === 'EEXIST') return promotionConflict(promotion, folder, cause);
  if (!isDiskFull(cause)) return cause;
  return new AttuneError('disk-full', `The disk is full: ${promotion.version} was not promoted in ${folder}.`, {
    remedy: 'Make room and promote again.',
    cause,
  });
}
