import { join } from 'node:path';
import type { HeadShape } from '@attune/artifact';
import { writeBottleneckAdapter } from './bottleneck-adapter';
import { writePeftAdapter } from './peft-adapter';
import type { TrainedEncoder } from './trained-head';

/**
 * Folder of the adapter in a model directory. Not the directory itself: `transformers` applies an adapter_config.json that it finds beside
 * a model.safetensors, and the update would count twice, since the weights there are merged.
 */
export const ADAPTER_FOLDER = 'adapter';

/** Writes what a tuner added, where it hands that over: as PEFT does, or as AdapterHub does where PEFT has no such method. */
export async function writeAdapter(
  directory: string,
  { encoder, adapter, weights }: Pick<TrainedEncoder, 'encoder' | 'adapter' | 'weights'>,
  head: HeadShape | undefined,
): Promise<void> {
  const folder = join(directory, ADAPTER_FOLDER);
  if (adapter === undefined) return;
  if (adapter.method === 'adapters') await writeBottleneckAdapter(folder, encoder, { head, adapter, weights });
  else await writePeftAdapter(folder, encoder, head, adapter, weights);
}
