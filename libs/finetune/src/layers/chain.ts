import { release, type Tensor } from '../native/kernels';
import type { Forward } from './layer';

/** One layer after another as one; what the first gave is freed. */
export function chain(first: Forward, second: Forward): Forward {
  release(first.y);
  const { backward: firstBackward } = first;
  const { backward: secondBackward } = second;
  if (!firstBackward || !secondBackward) return { y: second.y };
  const backward = (dy: Tensor): Tensor => {
    const between = secondBackward(dy);
    const dx = firstBackward(between);
    between.release();
    return dx;
  };
  return { y: second.y, backward };
}
