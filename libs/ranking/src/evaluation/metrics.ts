import { dotProduct } from '@attune/artifact';

/** A list judged against what the user took. */
export interface JudgedList {
  /** Places of the best items, the best first. */
  ranked: readonly number[];
  /** Places that the user took. */
  relevant: ReadonlySet<number>;
}

/** Normalised discounted cumulative gain of the first `k`, of binary relevance (Järvelin and Kekäläinen 2002). */
export function ndcgAt({ ranked, relevant }: JudgedList, k: number): number {
  let gain = 0;
  for (let rank = 0; rank < Math.min(k, ranked.length); rank++) if (relevant.has(ranked[rank])) gain += 1 / Math.log2(rank + 2);
  let ideal = 0;
  for (let rank = 0; rank < Math.min(k, relevant.size); rank++) ideal += 1 / Math.log2(rank + 2);
  return ideal === 0 ? 0 : gain / ideal;
}

/** Share of what the user took that is among the first `k`. */
export function recallAt(list: JudgedList, k: number): number {
  return list.relevant.size === 0 ? 0 : hitsAt(list, k) / list.relevant.size;
}

/** 1 where anything that the user took is among the first `k`. */
export function hitAt(list: JudgedList, k: number): number {
  return hitsAt(list, k) > 0 ? 1 : 0;
}

/** Average precision over the first `k`: the mean over what was taken, at most `k`, of the precision at its rank. */
export function averagePrecisionAt({ ranked, relevant }: JudgedList, k: number): number {
  let [found, sum] = [0, 0];
  for (let rank = 0; rank < Math.min(k, ranked.length); rank++) if (relevant.has(ranked[rank])) sum += ++found / (rank + 1);
  return relevant.size === 0 ? 0 : sum / Math.min(k, relevant.size);
}

/** One over the rank of the first item that was taken; 0 where none is listed. */
export function reciprocalRank({ ranked, relevant }: JudgedList): number {
  const rank = ranked.findIndex((place) => relevant.has(place));
  return rank < 0 ? 0 : 1 / (rank + 1);
}

/**
 * Probability that an item that was taken is scored above one that was not; ties count half (area under the ROC curve).
 *
 * @param isCandidate whether an item could have been listed
 */
export function areaUnderCurve(
  scores: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  isCandidate: (place: number) => boolean,
): number | undefined {
  const own = [...relevant].filter(isCandidate).map((place) => scores[place]);
  let [others, sum] = [0, 0];
  for (let place = 0; place < scores.length; place++) {
    if (relevant.has(place) || !isCandidate(place)) continue;
    others++;
    for (const score of own) sum += score > scores[place] ? 1 : score === scores[place] ? 0.5 : 0;
  }
  return own.length === 0 || others === 0 ? undefined : sum / (own.length * others);
}

/** Mean distance, 1 − cosine, between items of a list; undefined for lists of fewer than two items with a vector. */
export function intraListDiversity(vectors: readonly ArrayLike<number>[]): number | undefined {
  let [pairs, sum] = [0, 0];
  const known = vectors.filter((vector) => Array.prototype.some.call(vector, (value: number) => value !== 0));
  known.forEach((vector, at) => {
    for (const other of known.slice(at + 1)) {
      sum += 1 - dotProduct(vector, other);
      pairs++;
    }
  });
  return pairs === 0 ? undefined : sum / pairs;
}

/** Gini coefficient of how often items are listed: 0 where all are listed alike, near 1 where a few take all places. */
export function giniCoefficient(counts: ArrayLike<number>): number {
  const sorted = Float64Array.from(counts).sort();
  let [sum, weighted] = [0, 0];
  sorted.forEach((count, at) => {
    sum += count;
    weighted += (at + 1) * count;
  });
  const size = sorted.length;
  return sum === 0 ? 0 : (2 * weighted) / (size * sum) - (size + 1) / size;
}

/** How much of what the user took is among the first `k`. */
export function hitsAt({ ranked, relevant }: JudgedList, k: number): number {
  let found = 0;
  for (const place of ranked.slice(0, k)) if (relevant.has(place)) found++;
  return found;
}
