import { dotProduct } from '@attune/artifact';

/** A group of texts that ask the same. */
export interface MeaningGroup {
  /** Positions of its texts, in their order. */
  readonly members: readonly number[];
  /** Position of the text nearest to the middle of the group. */
  readonly representative: number;
}

interface OpenGroup {
  readonly members: number[];
  /** Sum of its members' vectors. */
  readonly sum: Float64Array;
}

/** Of texts that are equally near to the middle, but for rounding, the first one stands for the group. */
const TIE = 1e-6;
/** Texts after which others get their turn. */
const STRIDE = 100;

/**
 * Groups texts by meaning: each joins the group whose middle is nearest, if that is near enough, or begins one of its own
 * (leader clustering, Hartigan 1975). The order of the texts decides, so the same texts give the same groups.
 *
 * @param vectors of length 1, in the order in which they were asked
 * @param nearness cosine from which on two texts ask the same
 * @param pause awaited now and then, so that other work gets its turn
 */
export async function groupByMeaning(
  vectors: readonly Float32Array[],
  nearness: number,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<MeaningGroup[]> {
  const groups: OpenGroup[] = [];
  for (const [position, vector] of vectors.entries()) {
    if (position % STRIDE === 0) await pause();
    const nearest = nearestGroup(groups, vector);
    if (nearest !== undefined && nearest.cosine >= nearness) {
      nearest.group.members.push(position);
      vector.forEach((value, axis) => (nearest.group.sum[axis] += value));
    } else groups.push({ members: [position], sum: Float64Array.from(vector) });
  }
  return groups.map(({ members, sum }) => ({
    members,
    representative: members.reduce((best, member) =>
      dotProduct(sum, vectors[member]) > dotProduct(sum, vectors[best]) + TIE ? member : best,
    ),
  }));
}

function nearestGroup(groups: readonly OpenGroup[], vector: Float32Array): { group: OpenGroup; cosine: number } | undefined {
  let best: { group: OpenGroup; cosine: number } | undefined;
  for (const group of groups) {
    const length = Math.sqrt(dotProduct(group.sum, group.sum));
    const cosine = length === 0 ? 0 : dotProduct(group.sum, vector) / length;
    if (best === undefined || cosine > best.cosine) best = { group, cosine };
  }
  return best;
}
