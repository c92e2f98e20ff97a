import { join } from 'node:path';
import { normalizeText, textNormalizationSchema, writeDirectoryAtomically } from '@attune/artifact';
import { longestInput, type LoadedEncoder } from '../encoders';
import type { EncodedExample } from '../data/example';
import { sizes, writeCardAndManifest } from './export-head';
import { embeddingOutput, manifestEncoder } from './manifest-of';
import { copyTokenizer, writeCheckpoint, writeJson } from './model-files';
import { ONNX_FP32, ONNX_INT8, writeOnnx } from './onnx-files';
import { writeSentenceModules } from './sentence-transformers';
import type { ExportReport } from './trained-head';

export interface EmbeddingExportOptions {
  /** Directory of the model; replaced if a model stands there. */
  out: string;
  /** Tokens kept of a text; by default 256, or what the encoder has room for. */
  maxLength?: number;
  /** Whether to write the quantised ONNX file too; default true. */
  int8?: boolean;
  /** Program and version, for the manifest. */
  createdBy: string;
}

const DEFAULT_MAX_LENGTH = 256;

/** Texts of several lengths and scripts on which the files are compared with the encoder. */
const PROBES = [
  'Hello',
  'Where is my parcel?',
  'The invoice that you sent us last week names the wrong amount.',
  'Quarterly profit rose by 12.5% to €3.4 million, well above what analysts had expected.',
  'Das Paket ist noch nicht angekommen, obwohl es am Montag verschickt wurde.',
  'La livraison était rapide et le service aimable.',
  '我的包裹在哪里？我上周就付款了。',
  'متى يصل طلبي؟',
  'I would like to return the shoes that I bought on 3 May; they are too small, the box is damaged, and nobody has answered my three e-mails so far.',
  'ok 👍',
  'Please cancel the second of my two orders and refund it to the card ending in 1234.',
  'The film begins slowly, finds its feet after half an hour, and then does not let go until the very last scene, which I shall not give away here.',
];

/**
 * Exports an encoder as it is, without any training, as an embedding model: the normalised mean of the states of real tokens, as ONNX in
 * float32 and int8 and as a sentence-transformers repository. Needs no TensorFlow.
 *
 * @throws AttuneError `export-refused` when the ONNX files do not agree with the encoder.
 */
export async function exportEmbeddingModel(encoder: LoadedEncoder, options: EmbeddingExportOptions): Promise<ExportReport> {
  const started = performance.now();
  const { config, directory } = encoder;
  const maxLength = Math.min(options.maxLength ?? DEFAULT_MAX_LENGTH, longestInput(config));
  const normalization = textNormalizationSchema.parse({});
  const examples = PROBES.map((text, index): EncodedExample => ({
    ...encoder.tokenizer.encode(normalizeText(text, normalization), undefined, maxLength),
    target: 0,
    index,
  }));
  return writeDirectoryAtomically(options.out, async (staging) => {
    await writeCheckpoint(staging, encoder, undefined, encoder.weights);
    await copyTokenizer(directory, staging, maxLength);
    await writeSentenceModules(staging, { hiddenSize: config.hiddenSize, maxLength, pooling: 'mean', normalized: true });
    const int8 = options.int8 ?? true;
    const agreement = await writeOnnx(
      staging,
      { model: { config, weights: encoder.weights, outputs: ['last_hidden_state', 'embedding'] }, examples, tasks: [] },
      int8,
    );
    await writeJson(join(staging, 'metrics.json'), agreement);
    const manifest = await writeCardAndManifest(staging, options.out, {
      createdBy: options.createdBy,
      tasks: [],
      embedding: embeddingOutput(config),
      encoder: manifestEncoder(encoder),
      maxLength,
      normalization,
      onnx: { fp32: ONNX_FP32, ...(int8 && { int8: ONNX_INT8 }) },
      verification: { rows: agreement.fp32.rows, ...agreement },
    });
    return { directory: options.out, files: sizes(manifest), ...agreement, seconds: (performance.now() - started) / 1000 };
  });
}
