import type { ManifestTask } from '@attune/artifact';
import type { ScoredInput, ScoredInputs } from './document-scoring';
import type { ScoringInput } from './scoring-plan';
import { sentimentTasks, toSentiment } from './sentiment-head';

/** A head that is loaded, as the inference library gives it. */
export interface LoadedHead<Options> {
  readonly tasks: readonly ManifestTask[];
  /** Whether it gives embeddings. */
  readonly embeds: boolean;
  predictAll(
    texts: readonly ScoringInput[],
    options: Options & { readonly tasks: readonly string[]; readonly embedding: boolean },
  ): Promise<readonly HeadAnswer[]>;
}

interface HeadAnswer {
  readonly tasks: Readonly<
    Record<string, { readonly labels?: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }>
  >;
  readonly embedding?: Float32Array;
}

/** Vectors belong to the head that made them. */
const vectorsOfHeads = new WeakMap<object, Map<string, Float32Array>>();

/**
 * What a head says of texts, each about its pair where it has one, in their order.
 *
 * @param descriptions texts whose embeddings are wanted beside those of the texts; none are given by a head without them
 * @throws AttuneError `bad-model` where the head does something else; what computing throws
 */
export async function scoreInputs<Options extends object>(
  head: LoadedHead<Options>,
  texts: readonly ScoringInput[],
  descriptions: readonly string[],
  options: Options,
): Promise<ScoredInputs> {
  const { sentiment, topics } = sentimentTasks(head.tasks);
  const embedding = head.embeds && descriptions.length > 0;
  const vectors = embedding ? await embedDescriptions(head, descriptions, options) : new Map<string, Float32Array>();
  const tasks = topics === undefined ? [sentiment] : [sentiment, topics];
  const answers = await head.predictAll(texts, { ...options, tasks, embedding });
  const results = answers.map((answer): ScoredInput => {
    const about = topics === undefined ? undefined : answer.tasks[topics];
    return {
      sentiment: toSentiment(answer.tasks[sentiment].probabilities),
      topics: about?.labels ?? [],
      topicProbabilities: about?.probabilities ?? {},
      ...(answer.embedding === undefined ? {} : { embedding: answer.embedding }),
    };
  });
  return { results, descriptions: vectors };
}

/** Computes each description once a head, and forgets those that are asked for no more. */
async function embedDescriptions<Options extends object>(
  head: LoadedHead<Options>,
  descriptions: readonly string[],
  options: Options,
): Promise<ReadonlyMap<string, Float32Array>> {
  const before = vectorsOfHeads.get(head);
  const missing = descriptions.filter((description) => before?.has(description) !== true);
  if (before !== undefined && missing.length === 0 && before.size === descriptions.length) return before;
  const texts = missing.map((text) => ({ text }));
  const computed = texts.length === 0 ? [] : await head.predictAll(texts, { ...options, tasks: [], embedding: true });
  const vectors = new Map<string, Float32Array>();
  for (const [index, description] of missing.entries()) {
    const { embedding } = computed[index];
    if (embedding !== undefined) vectors.set(description, embedding);
  }
  for (const description of descriptions) {
    const known = before?.get(description);
    if (known !== undefined) vectors.set(description, known);
  }
  vectorsOfHeads.set(head, vectors);
  return vectors;
}
