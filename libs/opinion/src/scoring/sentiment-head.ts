import { AttuneError, type ManifestTask } from '@attune/artifact';
import { SENTIMENT_LABELS, type Sentiment } from '@attune/contracts';

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

function sameLabels(labels: readonly string[]): boolean {
  return labels.length === SENTIMENT_LABELS.length && SENTIMENT_LABELS.every((label) => labels.includes(label));
}
