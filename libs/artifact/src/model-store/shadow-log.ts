import { link, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileErrorCode, isMissing } from '../file-errors';
import { recordName } from './promotion';
import { flushFolder, recordedNumbers, writeDraft } from './promotion-log';
import {
  parseShadowChange,
  REMEMBERED_SHADOW_CHANGES,
  SHADOW_FOLDER,
  shadowConflict,
  writtenShadowChange,
  type NewShadowChange,
  type ShadowChange,
} from './shadow';

/** The remembered changes of the shadow of an application, by its folder, the newest first. @param most default all */
export async function readShadowChanges(folder: string, most = REMEMBERED_SHADOW_CHANGES): Promise<ShadowChange[]> {
  const log = join(folder, SHADOW_FOLDER);
  const numbers = (await recordedNumbers(log)).reverse().slice(0, most);
  const found = await Promise.all(numbers.map((number) => readChange(join(log, recordName(number)))));
  return found.filter((change) => change !== undefined);
}

/**
 * Makes a change the newest one, if no other took its number: of several processes the one whose link comes first wins.
 *
 * @throws AttuneError `conflict` for all but the winner
 */
export async function appendShadowChange(folder: string, change: NewShadowChange): Promise<ShadowChange> {
  const { record, text } = writtenShadowChange(change);
  const log = join(folder, SHADOW_FOLDER);
  await mkdir(log, { recursive: true });
  const draft = await writeDraft(log, record.number, text);
  try {
    await link(draft, join(log, recordName(record.number)));
  } catch (cause) {
    throw fileErrorCode(cause) === 'EEXIST' ? shadowConflict(change, folder, cause) : cause;
  } finally {
    await rm(draft, { force: true });
  }
  await flushFolder(log);
  for (const number of await recordedNumbers(log)) {
    if (number <= record.number - REMEMBERED_SHADOW_CHANGES) await rm(join(log, recordName(number)), { force: true });
  }
  return record;
}

/** Undefined where it was forgotten meanwhile. */
async function readChange(file: string): Promise<ShadowChange | undefined> {
  try {
    return parseShadowChange(await readFile(file, 'utf8'), file);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}
