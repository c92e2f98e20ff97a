import type { Parameters } from '@attune/finetune';
import { withInterrupt } from '../interrupt';
import { printJson } from '../terminal';
import type { TrialLine } from './trial-line';

/** What `attune tune` tells the process of a trial. */
export interface TrialArguments {
  config: string;
  /** JSON of an object of values by key. */
  parameters: string;
  folder: string;
}

/** Trains one trial of a study and says on stdout how good it is, on its way and at its end. It goes on from its own checkpoint, where there is one. */
export async function runTrial({ config: file, parameters, folder }: TrialArguments): Promise<void> {
  const [{ loadHeadConfig, trainTrial }, { z }] = await Promise.all([import('@attune/finetune'), import('zod')]);
  const parametersSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
  const values: Parameters = parametersSchema.parse(JSON.parse(parameters));
  const config = await loadHeadConfig(file, valueFlags(values));
  const say = (line: TrialLine): void => printJson(line);
  const { value, seconds, trainableParameters } = await withInterrupt(
    () => undefined,
    (signal) => trainTrial(config, { folder, resume: true, signal, onReport: (epoch, one) => say({ type: 'report', epoch, value: one }) }),
  );
  say({ type: 'done', value, seconds, trainableParameters });
}

/** Values over head.yaml, as flags that messages name by their key. */
export function valueFlags(values: Parameters): { flag: string; path: string; value: unknown }[] {
  return Object.entries(values).map(([path, value]) => ({ flag: path, path, value }));
}
