export { assertReplaceable, writeDirectoryAtomically } from './atomic-directory';
export { argmax, DEFAULT_THRESHOLD, interpretLogits, sigmoid, softmax, type Interpretation } from './calibration';
export { cacheDirectory } from './cache-directory';
export * from './encoder';
export { entityMarkersSchema, markEntity, type EntityMarkers } from './entity-markers';
export * from './errors';
export { fileErrorCode, isDiskFull, isMissing } from './file-errors';
export {
  MANIFEST_FILE,
  MANIFEST_SCHEMA_VERSION,
  manifestSchema,
  readManifest,
  verifyFiles,
  type Manifest,
  type ManifestTask,
} from './manifest';
export { ModelStore, type PromoteOptions, type StoredModel, type StoredVersion } from './model-store/model-store';
export type { Promotion } from './model-store/promotion-log';
export { isSafeRelativePath, resolveInside } from './safe-path';
export { sha256, sha256OfFile } from './sha256';
export { normalizeText, textNormalizationSchema, type TextCleaning, type TextNormalization } from './text-normalization';
export { loadTokenizer, Tokenizer, TOKENIZER_FILES, type TokenizedText } from './tokenizer';
