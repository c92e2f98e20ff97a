import type { MatchableWatch } from './watch-match';

/** What is known of a text when topics are decided. */
export interface TopicEvidence {
  /** Probability of each label of the head. */
  readonly topics: Readonly<Record<string, number>>;
  /** Of the text, of length 1; without it no description is compared. */
  readonly embedding?: Float32Array;
  /** Ids of the watches whose keywords the text has, as `WatchMatcher.match` found them. */
  readonly keywords?: ReadonlySet<string>;
}

/** A topic watch that a text belongs to. */
export interface TopicMatch {
  readonly watchId: string;
  /** The strongest reason: a keyword, the head's label, or the description's meaning. */
  readonly by: 'keywords' | 'topic' | 'description';
  /** 1 for a keyword, the label's probability, or the cosine. */
  readonly strength: number;
}

/**
 * Topic watches that a text belongs to: by a keyword, by a label's probability, or by the cosine of text and description, each from the
 * watch's threshold on.
 *
 * @param descriptions embedding of the description by watch id, of length 1, made by the same encoder as the text's
 */
export function matchTopics(
  { topics, embedding, keywords }: TopicEvidence,
  watches: Iterable<MatchableWatch>,
  descriptions: ReadonlyMap<string, Float32Array> = new Map(),
): TopicMatch[] {
  const found: TopicMatch[] = [];
  for (const { id, target, enabled } of watches) {
    if (target.kind !== 'topic' || !enabled) continue;
    if (keywords?.has(id) === true) {
      found.push({ watchId: id, by: 'keywords', strength: 1 });
      continue;
    }
    const description = descriptions.get(id);
    const reasons: TopicMatch[] = [];
    if (target.topic !== undefined && Object.hasOwn(topics, target.topic)) {
      reasons.push({ watchId: id, by: 'topic', strength: topics[target.topic] });
    }
    if (embedding !== undefined && description !== undefined) {
      reasons.push({ watchId: id, by: 'description', strength: dot(embedding, description) });
    }
    const best = reasons.filter(({ strength }) => strength >= target.threshold).sort((a, b) => b.strength - a.strength);
    found.push(...best.slice(0, 1));
  }
  return found;
}

function dot(a: Float32Array, b: Float32Array): number {
  // Vectors of two encoders cannot be compared.
  if (a.length !== b.length) return -1;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
