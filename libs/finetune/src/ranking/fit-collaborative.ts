import type { SparseRows } from '@attune/artifact';
import type { RankingConfig } from '../config/ranking-config';
import { Kernels } from '../native/kernels';
import { Random } from '../random';
import { fitImplicitAls } from './implicit-als';
import { fitTransitions, type Sequence } from './transition-weights';

export type CollaborativeOptions = RankingConfig['collaborative'];

/** Items with events from which on the closed form takes too much memory: its matrices grow with their square. */
const MOST_CLOSED_FORM = 20_000;

/** The method that `auto` stands for, by the number of items with events. */
export function collaborativeMethod({ method }: Pick<CollaborativeOptions, 'method'>, itemsWithEvents: number): 'ease' | 'als' | 'none' {
  if (method !== 'auto') return method;
  return itemsWithEvents < MOST_CLOSED_FORM ? 'ease' : 'als';
}

/**
 * Item × item weights of a catalogue, by the method that is configured.
 *
 * @throws AttuneError `training-failed` where the weights cannot be solved for
 */
export function fitCollaborative(
  sequences: readonly Sequence[],
  items: number,
  options: CollaborativeOptions,
  seed: number,
): { method: 'ease' | 'als' | 'none'; weights: SparseRows } {
  const withEvents = new Set(sequences.flatMap(({ items: own }) => [...own])).size;
  const method = collaborativeMethod(options, withEvents);
  if (method === 'none' || withEvents === 0)
    return { method, weights: { neighbours: new Int32Array(0), weights: new Float32Array(0), width: 0 } };
  const kernels = new Kernels();
  try {
    if (method === 'ease') return { method, weights: fitTransitions(kernels, sequences, items, options) };
    const { factors, iterations, neighbours, alsRegularization: regularization, confidence } = options;
    const als = { factors, iterations, neighbours, regularization, confidence };
    return { method, weights: fitImplicitAls(kernels, sequences, items, als, new Random(seed).fork('als')) };
  } finally {
    kernels.dispose();
  }
}
