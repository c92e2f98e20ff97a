/** The inner product of two vectors of the same length: of vectors of length 1 their cosine. */
export function dotProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let axis = 0; axis < a.length; axis++) sum += a[axis] * b[axis];
  return sum;
}
