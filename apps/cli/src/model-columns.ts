import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextColumns } from './rows/text-columns';

/** Columns that a model was trained on, and what stands between several labels of one cell. */
export interface TrainedColumns extends TextColumns {
  label?: string;
  labelSeparator: string;
  /** Of a model with several tasks, where the labels of each stand. */
  tasks?: { name: string; label: string; labelSeparator: string }[];
}

const DEFAULT_SEPARATOR = '|';

/** Reads the columns from the configuration that a model keeps in head.json; a model without one leaves them open. */
export async function trainedColumns(model: string): Promise<TrainedColumns> {
  const { z } = await import('zod');
  const columns = z.object({ text: z.string(), pair: z.string(), label: z.string(), labelSeparator: z.string() }).partial();
  const text = await readFile(join(model, 'head.json'), 'utf8').catch(() => '{}');
  const tasks = z.array(z.object({ name: z.string(), label: z.string(), labelSeparator: z.string() })).optional();
  const parsed = z.object({ data: columns, tasks }).safeParse(parseJson(text));
  const { data, tasks: listed } = parsed.success ? parsed.data : { data: {} };
  const [first] = listed ?? [];
  return {
    ...data,
    ...(first && { label: first.label, tasks: listed }),
    labelSeparator: first?.labelSeparator ?? data.labelSeparator ?? DEFAULT_SEPARATOR,
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
