export { assertReplaceable, writeDirectoryAtomically } from './atomic-directory';
export { DEFAULT_THRESHOLD, interpretLogits, type Interpretation } from './calibration';
export { cacheDirectory } from './cache-directory';
export { dotProduct } from './dot-product';
export { embeddingShift, stabilityIndex, type VectorSum } from './drift/drift-figures';
export {
  addToSketch,
  driftFrom,
  emptySketch,
  mergeSketches,
  REFERENCE_FILE,
  scoreSketchSchema,
  type Drift,
  type ScoreSketch,
} from './drift/score-sketch';
export * from './encoder';
export {
  EXAMPLE_VECTORS_FILE,
  EXAMPLES_FILE,
  nearestTrainingExamples,
  readTrainingExamples,
  writeTrainingExamples,
  type NearExample,
  type TrainingExample,
  type TrainingExamples,
} from './training-examples';
export * from './last-tokens';
export * from './relative-position';
export { entityMarkersSchema, markEntity, type EntityMarkers } from './entity-markers';
export * from './errors';
export { fileErrorCode, isDiskFull, isMissing } from './file-errors';
export {
  describeFiles,
  MANIFEST_FILE,
  MANIFEST_SCHEMA_VERSION,
  manifestSchema,
  parseManifest,
  readManifest,
  verifyFiles,
  type Manifest,
  type ManifestTask,
} from './manifest';
export {
  ModelStore,
  versionExists,
  type ModelStoreOptions,
  type PromoteOptions,
  type StoredModel,
  type StoredVersion,
} from './model-store/model-store';
export { versionName } from './model-store/names';
export type { ModelStorage, StoredManifest, TellLeft } from './model-store/model-storage';
export {
  CURRENT_FILE,
  HISTORY_FOLDER,
  leftUndone,
  parsePromotion,
  promotionConflict,
  recordedGeneration,
  recordName,
  REMEMBERED_PROMOTIONS,
  writtenPromotion,
  type NewPromotion,
  type Promotion,
} from './model-store/promotion';
export {
  isSameVersion,
  parseShadowChange,
  REMEMBERED_SHADOW_CHANGES,
  SHADOW_FOLDER,
  shadowConflict,
  writtenShadowChange,
  type NewShadowChange,
  type Shadow,
  type ShadowChange,
  type VersionName,
} from './model-store/shadow';
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
export { claimStagingPath, releaseStagingPath, removeAbandonedStaging, removeStaleStaging, type StagingKind } from './staging';
export {
  behaviourSettingsSchema,
  RANKING_FOLDER,
  readRankingHead,
  readRankingHistories,
  writeRankingHead,
  type BehaviourSettings,
  type RankingHead,
  type RankingHistories,
  type RankingItem,
  type RankingScoring,
  type SparseRows,
} from './ranking-head';
export { isSafeRelativePath, resolveInside } from './safe-path';
export { readSafetensors, writeSafetensors, type SafetensorsContent } from './safetensors/safetensors';
export { sha256, sha256OfFile } from './sha256';
export { normalizeText, textNormalizationSchema, type TextCleaning, type TextNormalization } from './text-normalization';
export { loadTokenizer, paddingToken, Tokenizer, TOKENIZER_FILES, type TokenizedText } from './tokenizer';
export { withoutWords, wordsOf, type Word } from './words';
