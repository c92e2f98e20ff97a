import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { runMeasured } from '../measured-process';

/** BANKING77 as JSON lines of text and label. */
export interface Banking77 {
  train: string;
  test: string;
}

/**
 * Converts BANKING77 by the peers' own script, once; a folder that has it already is used as it is.
 *
 * @throws AttuneError `missing-file` where the script is not there
 */
export async function prepareBanking77(python: string, peers: string, folder: string): Promise<Banking77> {
  const files = { train: join(folder, 'banking77.train.jsonl'), test: join(folder, 'banking77.test.jsonl') };
  if (existsSync(files.train) && existsSync(files.test)) return files;
  await runMeasured('to_jsonl.py', python, [peerScript(peers, 'to_jsonl.py'), folder]);
  return files;
}

/** @throws AttuneError `missing-file` where the script is not there */
export function peerScript(peers: string, name: string): string {
  const path = join(peers, name);
  if (existsSync(path)) return path;
  throw new AttuneError('missing-file', `There is no ${name} in ${peers}.`, {
    remedy: 'Name the folder of the scripts that this project is compared with by --peers.',
  });
}

/** Writes the first rows of a file of JSON lines to another, and returns how many there were. */
export async function takeRows(source: string, target: string, limit: number): Promise<number> {
  const lines = (await readFile(source, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, limit);
  await writeFile(target, lines.map((line) => `${line}\n`).join(''));
  return lines.length;
}
