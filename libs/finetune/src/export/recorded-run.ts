import { readFile } from 'node:fs/promises';
import { resolveInside, type Manifest } from '@attune/artifact';
import { z } from 'zod';
import { headConfigSchema } from '../config/head-config';
import { evaluationReportSchema } from '../evaluation/report';
import type { CardRun } from './model-card';
import { ADAPTER_FOLDER } from './write-adapter';

const metricsSchema = z.object({
  validation: evaluationReportSchema,
  test: evaluationReportSchema.optional(),
  unmeasured: z.boolean().optional(),
});
const adapterSchema = z.object({ base_model_name_or_path: z.string() });

/** The training run that a model directory tells of, for its model card; undefined where nothing was trained. */
export async function readRun(model: string, manifest: Manifest): Promise<CardRun | undefined> {
  const read = async (path: string): Promise<unknown> =>
    path in manifest.files ? JSON.parse(await readFile(await resolveInside(model, path), 'utf8')) : undefined;
  const reports = metricsSchema.safeParse(await read('metrics.json'));
  const config = headConfigSchema.safeParse(await read('head.json'));
  if (!reports.success || !config.success || manifest.trainingData === undefined) return undefined;
  const adapter = adapterSchema.safeParse(await read(`${ADAPTER_FOLDER}/adapter_config.json`));
  const { unmeasured, ...measured } = reports.data;
  return {
    reports: measured,
    ...(unmeasured && { unmeasured }),
    config: config.data,
    dataFingerprint: manifest.trainingData,
    ...(adapter.success && { baseModel: adapter.data.base_model_name_or_path }),
  };
}
