import type { ModelStore } from '@attune/artifact';
import { environment } from './environment';
import { printMessage } from './terminal';

/** Opens a model store as services do. @param address by default what ATTUNE_MODELS says */
export async function openModelStore(address: string = environment.models): Promise<ModelStore> {
  const { openModelStore: open } = await import('@attune/object-store');
  return open(address, { cache: environment.modelCache, onLeft: ({ message, remedy }) => printMessage(`${message}\n${remedy ?? ''}`) });
}
