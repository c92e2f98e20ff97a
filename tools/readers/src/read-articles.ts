import { readFile } from 'node:fs/promises';
import { AttuneError, isMissing } from '@attune/artifact';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';

const instant = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (Number.isFinite(at)) return at;
  context.addIssue({ code: 'custom', message: 'is no time such as 2025-09-01T06:30:00Z' });
  return z.NEVER;
});

const articleSchema = z.object({
  item: z.string().min(1),
  text: z.string(),
  title: z.string().default(''),
  category: z.string().min(1),
  author: z.string().default(''),
  /** Milliseconds since 1970. */
  publishedAt: instant,
});

/** What the simulation looks at in an article. */
export type Article = z.infer<typeof articleSchema>;

/**
 * Reads articles: a CSV file with the columns `item`, `text`, `category`, `publishedAt`, and where they are there `title` and `author`.
 *
 * @throws AttuneError `missing-file`; `bad-data` naming the row that is not of that form or has the item of an earlier one, or for no rows at all
 */
export async function readArticles(path: string): Promise<Article[]> {
  const rows = parseRows(path, await readContent(path));
  if (rows.length === 0) throw new AttuneError('bad-data', `${path} has no articles.`);
  const seen = new Set<string>();
  return rows.map((row, index) => {
    const read = articleSchema.safeParse(row);
    if (!read.success) {
      const [{ path: column, message }] = read.error.issues;
      throw new AttuneError('bad-data', `${path}, row ${index + 1}: ${column.join('.')}: ${message}.`, {
        remedy: 'An article needs the columns item, text, category and publishedAt.',
      });
    }
    if (seen.has(read.data.item)) throw new AttuneError('bad-data', `${path}, row ${index + 1}: the item ${read.data.item} came before.`);
    seen.add(read.data.item);
    return read.data;
  });
}

async function readContent(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new AttuneError('missing-file', `There is no file ${path}.`, { cause });
  }
}

function parseRows(path: string, content: string): unknown[] {
  try {
    return parse(content, { columns: true, bom: true, skip_empty_lines: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new AttuneError('bad-data', `${path} is no CSV file: ${cause.message}.`, { cause });
  }
}
