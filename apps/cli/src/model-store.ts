import type { ModelStore } from '@attune/artifact';
import { environment } from './environment';

/** Opens a model store as services do. @param address by default what ATTUNE_MODELS says */
export async function openModelStore(address: string = environment.models): Promise<ModelStore> {
  const { openModelStore: open } = await import('@attune/object-store');
  return open(address, { cache: environment.modelCache });
}
