import { AttuneError } from '@attune/artifact';
import { closest } from 'fastest-levenshtein';
import type { HeadConfig } from '../../config/head-config';

/** Ways against forgetting, which can be put together. */
const WAYS = ['replay', 'ewc', 'l2-sp', 'lwf'] as const;
type Way = (typeof WAYS)[number];

/** Strengths of ways for which the configuration names none. */
const DEFAULTS = { ewc: 1000, l2Sp: 0.01, forgetting: 1 };

/** How the tasks of a stream are learned. */
export interface Strategy {
  /** As it was asked for. */
  name: string;
  /** All tasks at once, which is as if nothing could be forgotten, or one after the other. */
  kind: 'joint' | 'sequence';
  ways: readonly Way[];
}

/** Strategies that are compared where none are named. */
export const DEFAULT_STRATEGIES = ['naive', 'replay', 'ewc', 'lwf', 'replay+lwf', 'joint'] as const;

/**
 * Reads the name of a strategy: `naive` (plain fine-tuning on each task), `joint`, or ways against forgetting with + between them.
 *
 * @throws AttuneError `wrong-use` for a name that is none
 */
export function parseStrategy(name: string): Strategy {
  if (name === 'joint') return { name, kind: 'joint', ways: [] };
  if (name === 'naive') return { name, kind: 'sequence', ways: [] };
  const ways = name.split('+').map((way) => {
    const known = WAYS.find((one) => one === way);
    if (known !== undefined) return known;
    const names = ['naive', 'joint', ...WAYS];
    throw new AttuneError('wrong-use', `There is no strategy "${name}": ${JSON.stringify(way)} is none of ${names.join(', ')}.`, {
      remedy:
        way === ''
          ? 'Put ways together as in replay+lwf.'
          : `Did you mean ${closest(way, names)}? Ways can be put together, as in replay+lwf.`,
    });
  });
  return { name, kind: 'sequence', ways: [...new Set(ways)] };
}

/** A configuration in which exactly a strategy's ways are on, with the strengths that it names, or else the defaults. */
export function configureStrategy(config: HeadConfig, { ways }: Strategy): HeadConfig {
  const on = (way: Way, strength: number, standard: number): number => (ways.includes(way) ? strength || standard : 0);
  const { continual, regularization } = config;
  return {
    ...config,
    regularization: { ...regularization, l2Sp: on('l2-sp', regularization.l2Sp, DEFAULTS.l2Sp) },
    continual: {
      ...continual,
      from: undefined,
      replay: undefined,
      ewc: on('ewc', continual.ewc, DEFAULTS.ewc),
      forgetting: on('lwf', continual.forgetting, DEFAULTS.forgetting),
    },
  };
}
