import { readdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { describeFiles, headOutputName, MANIFEST_FILE, manifestSchema, type EncoderConfig, type Manifest } from '@attune/artifact';
import { configuredMatching } from '../config/tasks';
import type { EvaluationReport } from '../evaluation/report';
import type { Agreement, FurtherTask, Int8Agreement, TrainedEncoder, TrainedHead } from './trained-head';

/** A manifest before the files are known. */
export type ManifestContent = Omit<Manifest, 'files' | 'schemaVersion'>;

/** What the manifest says about the encoder. */
export function manifestEncoder({ id, hash, config }: { id: string; hash: string; config: EncoderConfig }): Manifest['encoder'] {
  const { family, hiddenSize, tokenTypes, padTokenId } = config;
  return { id, hash, family, hiddenSize, tokenTypes, padTokenId };
}

/** The manifest of a trained head. */
export function headManifest(
  trained: TrainedHead,
  createdBy: string,
  agreement: { fp32: Agreement; int8?: Int8Agreement },
  onnx: Manifest['onnx'],
): ManifestContent {
  const { reports } = trained;
  const { head: first, calibration, thresholds: own, scopeRule: ownRule, further = [] } = trained;
  const { temperature: ownTemperature } = calibration;
  const tasks: FurtherTask[] = [{ head: first, temperature: ownTemperature, thresholds: own, scopeRule: ownRule }, ...further];
  return {
    createdBy,
    tasks: tasks.map(({ head, temperature, thresholds, scopeRule }) => ({
      name: head.name ?? 'head',
      type: head.task,
      pooling: head.pooling,
      labels: head.labels,
      output: headOutputName(head),
      calibration: { temperature },
      ...(thresholds !== undefined && { thresholds: Object.fromEntries(head.labels.map((label, i) => [label, thresholds[i]])) }),
      ...(scopeRule !== undefined && { outOfScope: scopeRule }),
      metrics: trained.unmeasured && !reports.test ? {} : metricsOfTask(reports, head.name),
    })),
    ...(trained.embedding && { embedding: trainedEmbedding(trained) }),
    ...encoderContent(trained, agreement, onnx),
  };
}

/** Figures of a task on its test rows, or on its validation rows where it had none: only another task of the head may have some. */
function metricsOfTask({ test, validation }: TrainedEncoder['reports'], name = ''): Record<string, number> {
  const report = [test, validation].map((one) => (one?.tasks === undefined ? one : one.tasks[name])).find((one) => one !== undefined);
  return report === undefined ? {} : headlineMetrics(report);
}

/** The manifest of an encoder that was trained to match texts. */
export function embedderManifest(
  trained: TrainedEncoder,
  createdBy: string,
  agreement: { fp32: Agreement; int8?: Int8Agreement },
  onnx: Manifest['onnx'],
): ManifestContent {
  return { createdBy, tasks: [], embedding: trainedEmbedding(trained), ...encoderContent(trained, agreement, onnx) };
}

function encoderContent(
  { encoder, config, maxLength, normalization, dataFingerprint, lineage }: TrainedEncoder,
  agreement: { fp32: Agreement; int8?: Int8Agreement },
  onnx: Manifest['onnx'],
): Omit<ManifestContent, 'createdBy' | 'tasks' | 'embedding'> {
  return {
    encoder: manifestEncoder(encoder),
    maxLength,
    normalization,
    ...(config.task !== 'zero-shot' && { tuner: config.tuner }),
    trainingData: dataFingerprint,
    ...(lineage !== undefined && { lineage }),
    onnx,
    verification: { rows: agreement.fp32.rows, ...agreement },
  };
}

/** The embedding output of a trained encoder, with the matching task that trained it where there was one. */
function trainedEmbedding({ encoder, config, reports }: TrainedEncoder): NonNullable<Manifest['embedding']> {
  const task = configuredMatching(config);
  if (task === undefined) return embeddingOutput(encoder.config);
  const { name = 'matching', loss } = task;
  const report = [reports.test, reports.validation].map((one) => one?.tasks?.[name] ?? one).find((one) => one?.task === 'matching');
  return {
    ...embeddingOutput(encoder.config),
    matching: { name, temperature: loss.temperature, metrics: report === undefined ? {} : headlineMetrics(report) },
  };
}

/** The embedding output that ONNX files of encoders have. */
export function embeddingOutput({ hiddenSize }: EncoderConfig): NonNullable<Manifest['embedding']> {
  return { output: 'embedding', dimension: hiddenSize, pooling: 'mean', normalized: true };
}

/** The report's single numbers. */
export function headlineMetrics(report: EvaluationReport): Record<string, number> {
  const numbers = Object.entries(report).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
  );
  return Object.fromEntries(numbers.filter(([name]) => name !== 'temperature'));
}

/**
 * Writes attune.json, with size and SHA-256 of every other file in the directory. The last file of an export.
 */
export async function writeManifest(directory: string, content: ManifestContent): Promise<Manifest> {
  const files = await describeFiles(directory, await listFiles(directory));
  const manifest = manifestSchema.parse({ schemaVersion: 1, ...content, files });
  await writeFile(join(directory, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** Paths of all files below a directory, sorted, with `/` between their parts; the manifest is left out. */
export async function listFiles(directory: string, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(directory, prefix), { withFileTypes: true })) {
    const path = posix.join(prefix, entry.name);
    if (entry.isDirectory()) paths.push(...(await listFiles(directory, path)));
    else if (path !== MANIFEST_FILE) paths.push(path);
  }
  return paths.sort();
}
