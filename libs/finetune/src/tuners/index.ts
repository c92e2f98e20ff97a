import type { HeadConfig } from '../config/head-config';
import { adapters } from './adapters/adapters';
import { bitfit } from './bitfit/bitfit';
import { dora } from './dora/dora';
import { full } from './full/full';
import { head } from './head/head';
import { ia3 } from './ia3/ia3';
import { lora } from './lora/lora';
import { promptTuning } from './prompt-tuning/prompt-tuning';
import type { Tuner } from './tuner';

export { isHeadParameter, type AttachedTuner, type Tuner } from './tuner';

/** Every way of tuning; one contract suite (tuners.spec.ts) runs over all of them. */
export const tuners: readonly Tuner[] = [full, lora, dora, ia3, adapters, promptTuning, bitfit, head];

/** The tuner of a name; names are checked by the configuration's schema. */
export function findTuner(name: HeadConfig['tuner']['name']): Tuner {
  const found = tuners.find((tuner) => tuner.name === name);
  if (!found) throw new RangeError(`no tuner ${name}`);
  return found;
}
