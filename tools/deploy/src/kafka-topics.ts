import { TOPICS } from '@attune/contracts';
import { topicSettings, withDeadLetters } from '@attune/event-stream';

/** Name of the Kafka cluster in the manifests. */
const CLUSTER = 'attune';
/** Copies of each partition: one broker of three may be away, and writes still reach two. */
const REPLICAS = 3;

/** A topic as Strimzi's topic operator makes it. */
export interface KafkaTopic {
  readonly apiVersion: string;
  readonly kind: 'KafkaTopic';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly partitions: number; readonly replicas: number; readonly config: Readonly<Record<string, string>> };
}

/** Every topic of the contracts with its dead letters, as `attune topics apply` would make them. */
export function kafkaTopics(): KafkaTopic[] {
  return withDeadLetters(Object.values(TOPICS)).map((topic) => ({
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: { name: topic.name, labels: { 'strimzi.io/cluster': CLUSTER } },
    spec: { partitions: topic.partitions, replicas: REPLICAS, config: topicSettings(topic) },
  }));
}
