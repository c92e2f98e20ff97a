import { AttuneError, type ManifestTask } from '@attune/artifact';
import { SENTIMENT_LABELS, type Sentiment, type WatchTarget } from '@attune/contracts';

/** Which tasks of a head say what this service asks. */
export interface SentimentTasks {
  /** Name of the task with the labels negative, neutral and positive. */
  sentiment: string;
  /** Name of the multi-label task that says what a text is about, where the head has one. */
  topics: string | undefined;
  /** The topics that the head knows. */
  topicLabels: readonly string[];
}

/**
 * Finds the tasks of a sentiment head.
 *
 * @throws AttuneError `bad-model` where a head does something else
 */
export function sentimentTasks(tasks: readonly Pick<ManifestTask, 'name' | 'type' | 'labels'>[]): SentimentTasks {
  const sentiment = tasks.find(({ type, labels }) => type === 'classification' && sameLabels(labels));
  if (sentiment === undefined) {
    const found = tasks.map(
      ({ name, type, labels }) => `${name} (${type}: ${labels.slice(0, 4).join(', ')}${labels.length > 4 ? ', …' : ''})`,
    );
    throw new AttuneError('bad-model', `This head does not judge sentiment: it has ${found.join(' and ') || 'no task'}.`, {
      remedy: `Serve a head with a classification task whose labels are ${SENTIMENT_LABELS.join(', ')}.`,
    });
  }
  const topics = tasks.find(({ type }) => type === 'multi-label');
  return { sentiment: sentiment.name, topics: topics?.name, topicLabels: topics?.labels ?? [] };
}

/** A prediction of a sentiment task as events and answers state it. */
export function toSentiment(probabilities: Readonly<Record<string, number>>): Sentiment {
  const { negative, neutral, positive } = probabilities;
  const score = Math.max(-1, Math.min(1, positive - negative));
  const label = SENTIMENT_LABELS.reduce((best, candidate) => (probabilities[candidate] > probabilities[best] ? candidate : best));
  return { label, probabilities: { negative, neutral, positive }, score };
}

/**
 * Checks that a head can find what a topic watch asks of it.
 *
 * @param head the tasks of the head, and whether it gives embeddings
 * @throws AttuneError `bad-data` for a label that the head does not know, and a description where it gives no embeddings
 */
export function assertTopicOfHead(target: WatchTarget, head: { topicLabels: readonly string[]; embeds: boolean }): void {
  if (target.kind !== 'topic') return;
  const { topic, description } = target;
  if (topic !== undefined && !head.topicLabels.includes(topic)) {
    throw new AttuneError('bad-data', `The head that serves knows no topic ${JSON.stringify(topic)}.`, {
      remedy:
        head.topicLabels.length === 0
          ? 'It knows none at all: name keywords or a description, or serve a head with a multi-label task.'
          : `It knows ${head.topicLabels.join(', ')}; anything else is found by keywords or a description.`,
    });
  }
  if (description !== undefined && !head.embeds) {
    throw new AttuneError('bad-data', 'The head that serves gives no embeddings, by which descriptions are compared with texts.', {
      remedy: 'Export it with `export: {embedding: true}` in head.yaml, or watch the topic by keywords.',
    });
  }
}

function sameLabels(labels: readonly string[]): boolean {
  return labels.length === SENTIMENT_LABELS.length && SENTIMENT_LABELS.every((label) => labels.includes(label));
}
