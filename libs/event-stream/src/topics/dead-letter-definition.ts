import { deadLetterTopic, type TopicDefinition } from '@attune/contracts';

const DAY = 24 * 60 * 60 * 1000;
/** Longer than most topics keep their messages: someone has to find the time to look at them. */
const RETENTION = 30 * DAY;

/** The dead-letter topic of a topic: the same partitions, so that a key keeps its order, and never compacted. */
export function deadLetterDefinition(topic: TopicDefinition): TopicDefinition {
  return {
    ...topic,
    name: deadLetterTopic(topic.name),
    description: `Messages of ${topic.name} that could not be handled, untouched`,
    cleanup: 'delete',
    retentionMs: Math.max(RETENTION, topic.retentionMs ?? 0),
  };
}

/** Topics with their dead-letter topics behind each. */
export function withDeadLetters(topics: readonly TopicDefinition[]): TopicDefinition[] {
  return topics.flatMap((topic) => [topic, deadLetterDefinition(topic)]);
}
