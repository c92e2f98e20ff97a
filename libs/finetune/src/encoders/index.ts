export { cacheDirectory } from './cache-directory';
export { encoderFamilies, encoderFamily, familyOfConfig, type CheckpointLayout, type EncoderFamily, type SourceConfig } from './families';
export { loadEncoder, longestInput, readEncoderConfig, type LoadedEncoder } from './load-encoder';
export { resolveEncoder, type ResolvedEncoder } from './resolve';
export { readSafetensors, writeSafetensors, type SafetensorsContent } from './safetensors';
