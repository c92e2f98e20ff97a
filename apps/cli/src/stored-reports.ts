import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationReport } from '@attune/finetune';

/** The reports that training left in a model directory. */
export interface StoredReports {
  validation: EvaluationReport;
  test?: EvaluationReport;
}

/** @throws AttuneError `bad-model` where metrics.json is missing or holds something else */
export async function readStoredReports(model: string): Promise<StoredReports> {
  const [{ AttuneError }, { evaluationReportSchema }, { z }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
    import('zod'),
  ]);
  const file = join(model, 'metrics.json');
  try {
    return z
      .object({ validation: evaluationReportSchema, test: evaluationReportSchema.optional() })
      .parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new AttuneError('bad-model', `${file} holds no evaluation reports.`, { remedy: 'Copy or train the model again.', cause });
  }
}
