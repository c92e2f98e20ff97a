import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readStockNet } from '@attune/stocknet-tool';

/** Writes the texts of StockNet's tweets, each tweet once, a line each. */
export async function writeStockNetTexts(folder: string, file: string): Promise<void> {
  const { documents } = await readStockNet(folder);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.staged`, documents.map(({ text = '' }) => `${text.replace(/\s+/g, ' ').trim()}\n`).join(''));
  await rename(`${file}.staged`, file);
}
