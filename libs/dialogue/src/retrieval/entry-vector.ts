/** What an answer counts beside a way to ask: it is longer and less like a question, and there is more in it than what was asked. */
const ANSWER_WEIGHT = 0.5;

/**
 * The vector of an entry as a whole, of length 1: the mean of its ways to ask and, at half the weight, the mean of its answers. What one text
 * says by chance weighs less in it than in the nearest text: the prototype of a class (Snell et al. 2017).
 *
 * @param questions vectors of length 1, at least one
 * @param answers vectors of length 1
 */
export function entryVector(questions: readonly Float32Array[], answers: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(questions[0].length);
  addMean(sum, questions, 1);
  addMean(sum, answers, ANSWER_WEIGHT);
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return length === 0 ? sum : sum.map((value) => value / length);
}

function addMean(sum: Float32Array, vectors: readonly Float32Array[], weight: number): void {
  for (const vector of vectors) for (let axis = 0; axis < sum.length; axis++) sum[axis] += (weight * vector[axis]) / vectors.length;
}
