export { encoderDirectory } from './cache';
export { runDoctor, type DoctorCheck } from './doctor';
export type { SetupEvent } from './progress';
export { ensureSetup, type SetupOptions } from './setup';
export { setupStatus, type SetupStatus } from './status';
export { DEFAULT_ENCODER, TENSORFLOW_VERSION, type TensorFlowKind } from './wheels';
