import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError, isSafeRelativePath, REFERENCE_FILE, writeDirectoryAtomically, type Manifest } from '@attune/artifact';
import { encoderFamily, writeSafetensors } from '../encoders';
import { taskLayout } from '../heads/task-layout';
import { isModularHead } from './hugging-face-config';
import { writeKeptExamples } from './kept-examples';
import { headManifest, listFiles, writeManifest, type ManifestContent } from './manifest-of';
import { modelCard, type CardRun } from './model-card';
import { referenceSketch } from './reference-sketch';
import { copyTokenizer, writeCheckpoint, writeEncoderConfig, writeHeads, writeJson } from './model-files';
import { headSubject, ONNX_FP32, ONNX_INT8, writeOnnx } from './onnx-files';
import { writeClozeHead } from './cloze-files';
import { headModules, writeSentenceModules } from './sentence-transformers';
import { writeAdapter } from './write-adapter';
import type { Attachment, ExportOptions, ExportReport, TrainedEncoder, TrainedHead } from './trained-head';

/**
 * Writes a trained head as a model directory that this project's services, Python `transformers` (PEFT, sentence-transformers) and ONNX
 * Runtime load: whole, checked against the trained model on held-out rows, or not at all.
 *
 * @throws AttuneError `export-refused` when the ONNX files do not agree with the trained model, `wrong-use` when something that is no model
 *   stands at `out`, `disk-full`.
 */
export async function exportHead(trained: TrainedHead, options: ExportOptions): Promise<ExportReport> {
  const started = performance.now();
  const { out, heldOut } = options;
  assertHeldOut(trained, options);
  return writeDirectoryAtomically(out, async (staging) => {
    await writePythonFiles(staging, trained);
    const family = encoderFamily(trained.encoder.config.family);
    let served: ReadonlyMap<string, Float32Array> = new Map();
    const subject = headSubject(trained, family.headActivation, heldOut);
    const agreement = await writeOnnx(staging, subject, options.int8, (outputs) => (served = outputs));
    if (options.examples !== undefined) {
      const onnxFile = join(staging, options.int8 ? ONNX_INT8 : ONNX_FP32);
      await writeKeptExamples(staging, options.examples, onnxFile, trained.encoder.config.padTokenId);
    }
    await writeReports(staging, trained, calibrationOf(trained));
    await writeAttachments(staging, options);
    const onnx = { fp32: ONNX_FP32, ...(options.int8 && { int8: ONNX_INT8 }) };
    const content = headManifest(trained, options.createdBy, agreement, onnx);
    await writeJson(join(staging, REFERENCE_FILE), referenceSketch(content, heldOut.examples.length, served));
    const manifest = await writeCardAndManifest(staging, out, content, {
      ...trained,
      baseModel: trained.adapter?.baseModel,
    });
    return { directory: out, files: sizes(manifest), ...agreement, seconds: (performance.now() - started) / 1000 };
  });
}

function assertHeldOut({ head, further = [] }: TrainedHead, { heldOut: { examples, logits } }: ExportOptions): void {
  if (examples.length === 0) {
    throw new AttuneError('export-refused', 'There are no held-out rows to check the export on, and nothing is written.', {
      remedy: 'Set some validation rows aside (data.validationShare).',
    });
  }
  const { outputs } = taskLayout([head, ...further.map((task) => task.head)]);
  if (logits.length !== examples.length * outputs) {
    throw new AttuneError(
      'export-refused',
      `${logits.length} logits were given for ${examples.length} held-out rows of ${outputs} outputs.`,
    );
  }
}

/** Where a tuner's part cannot be merged there is no checkpoint: the pretrained encoder and the adapter are what Python loads. */
async function writePythonFiles(staging: string, trained: TrainedHead): Promise<void> {
  const { encoder, head, weights, maxLength } = trained;
  const merged = encoder.config.additions === undefined;
  if (merged) await writeCheckpoint(staging, encoder, head, weights);
  else await writeEncoderConfig(staging, encoder, head);
  await copyTokenizer(encoder.directory, staging, maxLength);
  await writeHeads(staging, trained);
  if (head.cloze) await writeClozeHead(staging, head, weights);
  else if (merged && isModularHead(head))
    await writeSentenceModules(staging, headModules(head, encoder.config.hiddenSize, maxLength, weights));
  await writeAdapter(staging, trained, head);
}

function calibrationOf({ calibration, thresholds, scopeRule, further = [] }: TrainedHead): Record<string, unknown> {
  const others = further.map(({ head, temperature, ...own }) => [head.name, { calibration: { temperature }, ...own }]);
  return {
    calibration,
    ...(thresholds !== undefined && { thresholds }),
    ...(scopeRule !== undefined && { outOfScope: scopeRule }),
    ...(others.length > 0 && { further: Object.fromEntries(others) as Record<string, unknown> }),
  };
}

/** Writes metrics.json, head.json and history.json. */
export async function writeReports(
  staging: string,
  { reports, unmeasured, history, config }: TrainedEncoder,
  more: Record<string, unknown> = {},
): Promise<void> {
  await writeJson(join(staging, 'metrics.json'), { ...reports, ...(unmeasured && { unmeasured }), ...more });
  await writeJson(join(staging, 'head.json'), config);
  if (history !== undefined) await writeJson(join(staging, 'history.json'), history);
}

/** Writes what goes along with a model as it is. */
export async function writeAttachments(staging: string, { attachments }: Pick<ExportOptions, 'attachments'>): Promise<void> {
  for (const [path, content] of attachments ?? []) await attach(staging, path, content);
}

async function attach(staging: string, path: string, content: Attachment): Promise<void> {
  if (!isSafeRelativePath(path)) throw new AttuneError('wrong-use', `${JSON.stringify(path)} is no path inside a model directory.`);
  await mkdir(dirname(join(staging, path)), { recursive: true });
  const file = join(staging, path);
  if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(file, content, { flag: 'wx' });
  else await writeSafetensors(file, content);
}

/** Writes README.md, which speaks of the other files, and attune.json, which lists it too. */
export async function writeCardAndManifest(staging: string, out: string, content: ManifestContent, run?: CardRun): Promise<Manifest> {
  await writeFile(join(staging, 'README.md'), modelCard(basename(resolve(out)), content, await listFiles(staging), run));
  return writeManifest(staging, content);
}

/** Sizes of a model's files in bytes. */
export function sizes({ files }: Manifest): Record<string, number> {
  return Object.fromEntries(Object.entries(files).map(([path, { bytes }]) => [path, bytes]));
}
