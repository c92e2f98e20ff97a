export {
  encoderFamilies,
  encoderFamily,
  familyOfConfig,
  inCheckpoint,
  type CheckpointLayout,
  type EncoderFamily,
  type SourceConfig,
} from './families';
export { longestInput, readEncoderConfig, type EncoderDescription } from './encoder-config';
export { loadEncoder, readEncoderWeights, type LoadedEncoder, type WantedMaskedLm } from './load-encoder';
export type { DownloadProgress, OnDownload } from './hub';
export {
  positionIds,
  referenceEncoder,
  referenceHead,
  type Dropout,
  type EncoderInput,
  type ForwardOptions,
  type Parameters,
} from './reference-forward';
export { resolveEncoder, type ResolvedEncoder } from './resolve';
export { readSafetensors, writeSafetensors, type SafetensorsContent } from '@attune/artifact';
