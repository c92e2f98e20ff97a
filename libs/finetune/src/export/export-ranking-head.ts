import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  MANIFEST_FILE,
  readManifest,
  REFERENCE_FILE,
  resolveInside,
  writeDirectoryAtomically,
  writeRankingHead,
  type Manifest,
  type RankingHead,
  type RankingHistories,
} from '@attune/artifact';
import type { RankingConfig } from '../config/ranking-config';
import { writeCardAndManifest } from './export-head';
import { writeJson } from './model-files';

/** A trained ranking with its encoder, ready to be written. */
export interface RankingExport {
  /** Model directory of the encoder, with its ONNX files: what `exportEmbeddingModel` or a matching task wrote. */
  embedder: string;
  head: RankingHead;
  histories?: RankingHistories;
  ranking: NonNullable<Manifest['ranking']>;
  config: RankingConfig;
  /** Reports, for metrics.json. */
  reports: Record<string, unknown>;
  trainingData: { sha256: string; rows: number; [key: string]: unknown };
  createdBy: string;
}

/** What is written anew, rather than taken over from the encoder's directory. */
const OWN_FILES = new Set(['README.md', 'metrics.json', 'head.json', 'history.json', 'curves.svg', REFERENCE_FILE, MANIFEST_FILE]);

/**
 * Writes a ranking head: the encoder's files as they are, the parts of the ranking beside them, reports, model card and manifest.
 *
 * @returns the manifest
 * @throws AttuneError `wrong-use` where something else stands at `out`, `disk-full`
 */
export async function exportRankingHead(out: string, content: RankingExport): Promise<Manifest> {
  const { embedder, head, histories, ranking, config, reports, trainingData, createdBy } = content;
  const { files, schemaVersion: _version, ...encoder } = await readManifest(embedder);
  return writeDirectoryAtomically(out, async (staging) => {
    for (const path of Object.keys(files).filter((name) => !OWN_FILES.has(name))) {
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await copyFile(await resolveInside(embedder, path), join(staging, path));
    }
    await writeRankingHead(staging, head, histories);
    await writeJson(join(staging, 'metrics.json'), reports);
    await writeJson(join(staging, 'head.json'), config);
    return writeCardAndManifest(staging, out, { ...encoder, createdBy, ranking, trainingData });
  });
}
