import { writeFile } from 'node:fs/promises';
import type { HeadConfig } from '../../config/head-config';
import type { Example } from '../../data/example';

/** Writes rows as JSON Lines, under the names that the configuration has for their columns. */
export async function writeRows(
  file: string,
  examples: readonly Example[],
  { text, pair = 'pair', label }: HeadConfig['data'],
): Promise<void> {
  const lines = examples.map((example) => {
    return JSON.stringify({ [text]: example.text, ...(example.pair !== undefined && { [pair]: example.pair }), [label]: example.label });
  });
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
}
