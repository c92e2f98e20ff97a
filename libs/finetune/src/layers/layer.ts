import type { Kernels, Tensor } from '../native/kernels';
import type { DropoutSource } from './dropout';

/** What a pass through the network needs besides its inputs. */
export interface Pass {
  kernels: Kernels;
  /** Masks of this step; absent when nothing is dropped (evaluation). */
  dropout?: DropoutSource;
  /** Whether a backward pass follows: if not, layers keep nothing for it. */
  training: boolean;
}

/**
 * The result of a layer and the way back (the shape of thinc's layers): `backward` takes the loss' gradient with
 * respect to `y`, collects gradients in the parameters and returns the gradient with respect to `x`. It may be called
 * once, consumes neither argument nor result, and frees what the forward pass kept. In a pass that does not train it is absent.
 */
export interface Forward {
  y: Tensor;
  backward?: Backward;
}

export type Backward = (dy: Tensor) => Tensor;
