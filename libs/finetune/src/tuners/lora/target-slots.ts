import { AttuneError } from '@attune/artifact';
import type { LinearSlot } from '../../layers/linear';
import type { TrainableNetwork } from '../../network/trainable-network';

/**
 * The dense layers that `tuner.targetModules` means; `query`, `key` and `value` are one in a causal encoder (`c_attn`).
 *
 * @throws AttuneError `bad-config` for a name that is the end of no layer's
 */
export function targetSlots(network: TrainableNetwork, targetModules: readonly string[]): LinearSlot[] {
  const slots = [...network.slots.values()];
  for (const target of targetModules) {
    if (!slots.some(({ name }) => matches(name, target))) {
      throw new AttuneError('bad-config', `tuner.targetModules names "${target}", and the encoder has no such dense layer`, {
        remedy: `Its layers are, for each block: ${blockNames(slots).join(', ')}.`,
      });
    }
  }
  return slots.filter(({ name }) => targetModules.some((target) => matches(name, target)));
}

/** The one layer that is query, key and value of a causal encoder. */
const FUSED = 'attention.self.c_attn';
const FUSED_PARTS: readonly string[] = ['query', 'key', 'value'].flatMap((part) => [part, `self.${part}`, `attention.self.${part}`]);

/** PEFT's rule: a module is meant by its whole name or by the end of it. A part of a layer means all of it. */
function matches(name: string, target: string): boolean {
  if (name.endsWith(FUSED) && FUSED_PARTS.includes(target)) return true;
  return name === target || name.endsWith(`.${target}`);
}

function blockNames(slots: readonly LinearSlot[]): string[] {
  return [...new Set(slots.map(({ name }) => name.replace(/^encoder\.layer\.\d+\./, '')))];
}
