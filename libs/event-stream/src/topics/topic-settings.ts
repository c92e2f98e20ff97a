import type { TopicDefinition } from '@attune/contracts';

/** Bytes that a dead letter may take: its headers come on top of a message that was just small enough. */
const DEAD_LETTER_BYTES = 2 * 1024 * 1024;

/** Settings of a topic by their names in Kafka. */
export function topicSettings(topic: TopicDefinition): Record<string, string> {
  return {
    'cleanup.policy': topic.cleanup,
    ...(topic.retentionMs === undefined ? {} : { 'retention.ms': String(topic.retentionMs) }),
    ...(topic.name.endsWith('.dead-letters') ? { 'max.message.bytes': String(DEAD_LETTER_BYTES) } : {}),
  };
}
