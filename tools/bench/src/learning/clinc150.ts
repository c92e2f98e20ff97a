import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const rowsSchema = z.array(z.tuple([z.string(), z.string()]));
const dataSchema = z.object({ train: rowsSchema, test: rowsSchema });
const domainsSchema = z.record(z.string(), z.array(z.string()));

/** Files of CLINC150's domains as tasks. */
export interface DomainFiles {
  /** Training rows, a file a domain, in the order of domains.json. */
  tasks: string[];
  /** Test rows of all domains. */
  test: string;
}

/**
 * Writes the rows of CLINC150's ten domains as JSON Lines, out-of-scope rows left out.
 *
 * @param folder with data_full.json and domains.json
 * @param rowsPerLabel training rows of each intent, the first in the file
 */
export async function writeDomains(folder: string, out: string, rowsPerLabel: number): Promise<DomainFiles> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
  const data = dataSchema.parse(await read('data_full.json'));
  const domains = domainsSchema.parse(await read('domains.json'));
  const write = async (name: string, rows: z.infer<typeof rowsSchema>): Promise<string> => {
    const file = join(out, `${name}.jsonl`);
    await writeFile(file, rows.map(([text, label]) => `${JSON.stringify({ text, label })}\n`).join(''));
    return file;
  };
  await mkdir(out, { recursive: true });
  const tasks: string[] = [];
  for (const [name, labels] of Object.entries(domains)) {
    const rows = labels.flatMap((intent) => data.train.filter(([, label]) => label === intent).slice(0, rowsPerLabel));
    tasks.push(await write(name, rows));
  }
  return { tasks, test: await write('test', data.test) };
}
