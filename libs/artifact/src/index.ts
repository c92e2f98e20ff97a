export { assertReplaceable, writeDirectoryAtomically } from './atomic-directory';
export { DEFAULT_THRESHOLD, interpretLogits, type Interpretation } from './calibration';
export { cacheDirectory } from './cache-directory';
export { dotProduct } from './dot-product';
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
export {
  labelByRule,
  outOfScopeRuleSchema,
  scopeScore,
  scopeScoreSchema,
  type OutOfScopeRule,
  type ScopeOptions,
  type ScopeScore,
} from './out-of-scope';
export { argmax, sigmoid, softmax } from './softmax';
export { isSafeRelativePath, resolveInside } from './safe-path';
export { sha256, sha256OfFile } from './sha256';
export { normalizeText, textNormalizationSchema, type TextCleaning, type TextNormalization } from './text-normalization';
export { loadTokenizer, Tokenizer, TOKENIZER_FILES, type TokenizedText } from './tokenizer';
