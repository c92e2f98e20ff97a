import { writeDirectoryAtomically } from '@attune/artifact';
import { checkedPairs } from './checked-pairs';
import { sizes, writeAttachments, writeCardAndManifest, writeReports } from './export-head';
import { embedderManifest } from './manifest-of';
import { copyTokenizer, writeCheckpoint, writeEncoderConfig } from './model-files';
import { ONNX_FP32, ONNX_INT8, writeOnnx } from './onnx-files';
import { writeSentenceModules } from './sentence-transformers';
import { refused } from './agreement';
import { writeAdapter } from './write-adapter';
import type { ExportOptions, ExportReport, HeldOutPairs, TrainedEncoder } from './trained-head';

/**
 * Writes an encoder that was trained to match texts as an embedding model: the normalised mean of the states of real tokens, as ONNX and as
 * a sentence-transformers repository, checked against the trained model on held-out pairs.
 *
 * @throws AttuneError `export-refused` where there are no held-out pairs, where the ONNX files do not agree with the trained model, or where
 *   int8 finds answers less often; `disk-full`.
 */
export async function exportTrainedEmbedder(trained: TrainedEncoder, options: ExportOptions<HeldOutPairs>): Promise<ExportReport> {
  const started = performance.now();
  const { encoder, weights, maxLength, adapter } = trained;
  const { out, heldOut, int8 } = options;
  if (heldOut.queries.length === 0) throw refused('there are no held-out pairs to check it on.');
  return writeDirectoryAtomically(out, async (staging) => {
    const merged = encoder.config.additions === undefined;
    if (merged) await writeCheckpoint(staging, encoder, undefined, weights);
    else await writeEncoderConfig(staging, encoder, undefined);
    await copyTokenizer(encoder.directory, staging, maxLength);
    if (merged)
      await writeSentenceModules(staging, { hiddenSize: encoder.config.hiddenSize, maxLength, pooling: 'mean', normalized: true });
    await writeAdapter(staging, trained, undefined);
    const model = { config: encoder.config, weights, outputs: ['last_hidden_state' as const, 'embedding' as const] };
    const pairs = checkedPairs(trained.config, heldOut);
    const agreement = await writeOnnx(staging, { model, examples: [], tasks: [], pairs }, int8);
    await writeReports(staging, trained);
    await writeAttachments(staging, options);
    const onnx = { fp32: ONNX_FP32, ...(int8 && { int8: ONNX_INT8 }) };
    const checked = { ...agreement, fp32: { ...agreement.fp32, rows: pairs.examples.length } };
    const manifest = await writeCardAndManifest(staging, out, embedderManifest(trained, options.createdBy, checked, onnx), {
      ...trained,
      baseModel: adapter?.baseModel,
    });
    return { directory: out, files: sizes(manifest), ...checked, seconds: (performance.now() - started) / 1000 };
  });
}
