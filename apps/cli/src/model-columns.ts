import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextColumns } from './rows/text-columns';

/** Columns that a model was trained on, and what stands between several labels of one cell. */
export interface TrainedColumns extends TextColumns {
  label?: string;
  labelSeparator: string;
  /** Of a model with several tasks, where the labels of each stand. */
  tasks?: { name: string; label: string; labelSeparator: string }[];
  /** Where the pairs of a matching task stand, in rows of their own. */
  pairs?: { text: string; pair: string; group?: string };
}

const DEFAULT_SEPARATOR = '|';

/** Reads the columns from the configuration that a model keeps in head.json; a model without one leaves them open. */
export async function trainedColumns(model: string): Promise<TrainedColumns> {
  const { z } = await import('zod');
  const names = { text: z.string(), pair: z.string(), group: z.string(), label: z.string(), labelSeparator: z.string() };
  const columns = z.object(names).partial();
  const task = z
    .object({ ...names, name: z.string(), type: z.string(), data: columns })
    .partial({ label: true, data: true, text: true, pair: true, group: true });
  const text = await readFile(join(model, 'head.json'), 'utf8').catch(() => '{}');
  const parsed = z.object({ task: z.string().optional(), data: columns, tasks: z.array(task).optional() }).safeParse(parseJson(text));
  const { task: only, data, tasks = [] } = parsed.success ? parsed.data : { task: undefined, data: {} };
  const labelled = tasks.flatMap(({ name, type, label = name, labelSeparator }) =>
    type === 'matching' ? [] : [{ name, label, labelSeparator }],
  );
  const pairs = only === 'matching' && tasks.length === 0 ? data : tasks.find(({ type }) => type === 'matching')?.data;
  const { group: _group, ...own } = data;
  const [first] = labelled;
  return {
    ...own,
    ...(labelled.length > 0 && { label: first.label, tasks: labelled }),
    ...(pairs && { pairs: { ...pairs, text: pairs.text ?? 'text', pair: pairs.pair ?? 'pair' } }),
    labelSeparator: labelled.at(0)?.labelSeparator ?? data.labelSeparator ?? DEFAULT_SEPARATOR,
  };
}

/** What is no JSON names no columns; the commands ask for them then. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
