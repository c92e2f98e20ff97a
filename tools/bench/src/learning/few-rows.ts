import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of a data set of which few rows of each label are trained on. */
export interface FewRows {
  train: string;
  /** As many rows again, on which settings are chosen. */
  validation: string;
  /** The texts of all other rows. */
  unlabelled: string;
  trainRows: number;
  unlabelledRows: number;
}

interface Row {
  text: string;
  label: string;
}

/** Parts a file of rows (JSON Lines with text and label), by the order in which they stand. */
export async function takeFewRows(file: string, perLabel: number, out: string): Promise<FewRows> {
  const rows = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
  const seen = new Map<string, number>();
  const parts: Record<'train' | 'validation' | 'unlabelled', object[]> = { train: [], validation: [], unlabelled: [] };
  for (const { text, label } of rows) {
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    if (count < perLabel) parts.train.push({ text, label });
    else if (count < 2 * perLabel) parts.validation.push({ text, label });
    else parts.unlabelled.push({ text });
  }
  await mkdir(out, { recursive: true });
  const write = async (name: keyof typeof parts): Promise<string> => {
    const path = join(out, `${name}.jsonl`);
    await writeFile(path, parts[name].map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path;
  };
  return {
    train: await write('train'),
    validation: await write('validation'),
    unlabelled: await write('unlabelled'),
    trainRows: parts.train.length,
    unlabelledRows: parts.unlabelled.length,
  };
}
