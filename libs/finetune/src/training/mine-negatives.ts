import type { EncodedMatching } from '../data/matching-pairs';
import { unitRows } from '../evaluation/matching-report';
import { hostProduct } from '../native/host-product';
import { embedExamples, type Embedder } from './embed-examples';

/** Wrong candidates that are kept for each query. */
const KEPT = 10;
/**
 * A candidate that is nearer to a query than this share of its answer's cosine may well be an answer that nobody marked as one, and is
 * passed over ("TopK-PercPos", Moreira et al. 2024).
 */
const MOST_OF_ANSWER = 0.95;
const BLOCK_QUERIES = 512;

/**
 * For each training query the wrong training candidates that the network finds nearest, `[queries][at most 10]`, nearest first. They are
 * found in the precision of training.
 */
export async function mineNegatives(embedder: Embedder, { candidates, trainCandidates, train }: EncodedMatching): Promise<Int32Array[]> {
  const { network, width } = embedder;
  const { kernels } = network;
  const known = candidates.slice(0, trainCandidates);
  const texts = unitRows(await embedExamples(embedder, known, kernels), width);
  const queries = unitRows(await embedExamples(embedder, train.queries, kernels), width);
  const matmul = hostProduct(kernels);
  const mined: Int32Array[] = [];
  for (let start = 0; start < train.queries.length; start += BLOCK_QUERIES) {
    const end = Math.min(train.queries.length, start + BLOCK_QUERIES);
    const cosines = matmul(queries.subarray(start * width, end * width), texts, end - start, known.length, width);
    for (let row = start; row < end; row++) {
      const own = cosines.subarray((row - start) * known.length, (row - start + 1) * known.length);
      mined.push(nearestWrong(own, train.right[row]));
    }
  }
  return mined;
}

function nearestWrong(cosines: Float32Array, right: readonly number[]): Int32Array {
  const answers = new Set(right);
  const answer = Math.max(...right.map((candidate) => cosines[candidate] ?? -Infinity));
  // Where the answer itself is far away, nothing that is nearer says that it is right.
  const limit = answer > 0 ? MOST_OF_ANSWER * answer : Infinity;
  const wrong = Int32Array.from(cosines.keys()).filter((candidate) => !answers.has(candidate) && cosines[candidate] < limit);
  return wrong.sort((a, b) => cosines[b] - cosines[a] || a - b).slice(0, KEPT);
}
