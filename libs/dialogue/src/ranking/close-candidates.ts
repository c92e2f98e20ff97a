/** Candidates below this share of the best one are none that the customer may have meant. */
const CLOSE = 0.25;

/**
 * The candidates among which the best one does not stand out.
 *
 * @param candidates best first
 * @param most of them
 */
export function closeCandidates<Candidate extends { readonly probability: number }>(
  candidates: readonly Candidate[],
  most: number,
): Candidate[] {
  const [best] = candidates;
  return best === undefined ? [] : candidates.filter(({ probability }) => probability >= best.probability * CLOSE).slice(0, most);
}
