export { encoderDirectory } from './cache';
export { runDoctor, type DoctorCheck } from './doctor';
export { fetchWheels, type FetchWheelsOptions } from './ensure-wheels';
export type { SetupEvent } from './progress';
export { ensureSetup, type SetupOptions } from './setup';
export { setupStatus, type SetupStatus } from './status';
export { DEFAULT_ENCODER, TENSORFLOW_VERSION, type TensorFlowKind, type Wheel } from './wheels';
