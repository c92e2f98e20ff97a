import type { LoadedEncoder } from '../encoders';
import type { AttachedTuner } from '../tuners';

/** Numbers in tensors of these shapes. */
export function countValues(shapes: Iterable<readonly number[]>): number {
  let count = 0;
  for (const shape of shapes) count += shape.reduce((product, extent) => product * extent, 1);
  return count;
}

/** Parameters that a tuner trains, the whole word table counted where some of its rows are held; to be asked while the encoder has its weights. */
export function trainableParameters(
  { parameters }: Pick<AttachedTuner, 'parameters'>,
  { weights }: Pick<LoadedEncoder, 'weights'>,
): number {
  return countValues(parameters.map(({ name, shape }) => weights.get(name)?.shape ?? shape));
}
