import { join } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import { TENSORFLOW_VERSION, type TensorFlowKind } from './wheels';

/** Where an encoder that the set-up fetched stands, a standard Hugging Face folder. It need not be there yet. */
export function encoderDirectory(name: string): string {
  return join(cacheDirectory(), 'encoders', name);
}

/** Where native TensorFlow of a kind stands: `include/` and `lib/`, and `nvidia/` for CUDA. It need not be there yet. */
export function tensorFlowDirectory(kind: TensorFlowKind): string {
  return join(cacheDirectory(), 'tensorflow', `${TENSORFLOW_VERSION}-${kind}`);
}

/** Downloads under way, and those not yet unpacked. Empty when the set-up is done. */
export function downloadDirectory(): string {
  return join(cacheDirectory(), 'downloads');
}
