import { dotProduct } from '@attune/artifact';
import type { TopicTarget } from '@attune/contracts';
import type { MatchableWatch } from './watch-match';

/** What the head says of a whole text, by which topics are decided. */
export interface TopicEvidence {
  /** Probability of each label of the head. */
  readonly topics: Readonly<Record<string, number>>;
  /** Of the text, of length 1; without it no description is compared. */
  readonly embedding?: Float32Array | undefined;
}

/** A topic watch that a text belongs to. */
export interface TopicMatch {
  readonly watchId: string;
  /** The stronger reason: the head's label, or the description's meaning. */
  readonly by: 'topic' | 'description';
  /** The label's probability, or the cosine. */
  readonly strength: number;
}

interface Listed {
  readonly watchId: string;
  readonly threshold: number;
}

/** No description is near a text with the vector of another encoder. */
const INCOMPARABLE = -1;

/**
 * Topic watches that the head finds: by the probability of a label, or by the cosine of text and description, each from the watch's
 * threshold on. A text costs one look a label and one product a different description, and the watches that it belongs to.
 */
export class TopicIndex {
  private readonly byLabel = new Map<string, Listed[]>();
  private readonly byDescription = new Map<string, Listed[]>();

  /** Whether no watch depends on what the head says, so that texts need not be read for their topics. */
  get isEmpty(): boolean {
    return this.byLabel.size === 0 && this.byDescription.size === 0;
  }

  /** What texts are compared with, each once. */
  get descriptions(): string[] {
    return [...this.byDescription.keys()];
  }

  add({ id: watchId, target }: MatchableWatch): void {
    if (target.kind !== 'topic') return;
    const listed = { watchId, threshold: target.threshold };
    for (const [list, key] of this.placesOf(target)) list.set(key, [...(list.get(key) ?? []), listed].sort(byThreshold));
  }

  remove({ id, target }: MatchableWatch): void {
    if (target.kind !== 'topic') return;
    for (const [list, key] of this.placesOf(target)) {
      const rest = (list.get(key) ?? []).filter(({ watchId }) => watchId !== id);
      if (rest.length === 0) list.delete(key);
      else list.set(key, rest);
    }
  }

  /**
   * Watches that a text belongs to.
   *
   * @param vectors embedding of each description, of length 1, by the encoder that made the text's
   */
  match({ topics, embedding }: TopicEvidence, vectors: ReadonlyMap<string, Float32Array>): TopicMatch[] {
    const best = new Map<string, TopicMatch>();
    const take = (listed: readonly Listed[], by: TopicMatch['by'], strength: number): void => {
      for (const { watchId, threshold } of listed) {
        if (threshold > strength) return;
        if (strength > (best.get(watchId)?.strength ?? -Infinity)) best.set(watchId, { watchId, by, strength });
      }
    };
    for (const [label, listed] of this.byLabel) if (Object.hasOwn(topics, label)) take(listed, 'topic', topics[label]);
    for (const [description, listed] of embedding === undefined ? [] : this.byDescription) {
      const vector = vectors.get(description);
      if (vector !== undefined && embedding !== undefined) take(listed, 'description', cosine(embedding, vector));
    }
    return [...best.values()].sort((a, b) => (a.watchId < b.watchId ? -1 : 1));
  }

  private placesOf({ topic, description }: TopicTarget): [Map<string, Listed[]>, string][] {
    return [
      ...(topic === undefined ? [] : ([[this.byLabel, topic]] satisfies [Map<string, Listed[]>, string][])),
      ...(description === undefined ? [] : ([[this.byDescription, description]] satisfies [Map<string, Listed[]>, string][])),
    ];
  }
}

function byThreshold(one: Listed, other: Listed): number {
  return one.threshold - other.threshold;
}

/** Of vectors of length 1. */
function cosine(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? dotProduct(a, b) : INCOMPARABLE;
}
