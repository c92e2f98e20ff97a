import type { TopicDefinition } from '@attune/contracts';
import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { ApplyTopicsOptions, TopicChange } from '../port';
import { withDeadLetters } from '../topics/dead-letter-definition';
import { topicSettings } from '../topics/topic-settings';
import type { KafkaAdmin } from './kafka-admin';

/** Creates what is absent, and reports what differs; see `EventStream.applyTopics`. */
export async function applyTopics(
  admin: KafkaAdmin,
  definitions: readonly TopicDefinition[],
  options: ApplyTopicsOptions = {},
): Promise<TopicChange[]> {
  const wanted = withDeadLetters(definitions);
  const existing = new Set(await admin.ask((connection) => connection.listTopics()));
  const absent = wanted.filter(({ name }) => !existing.has(name));
  if (absent.length > 0 && options.dryRun !== true) {
    await admin.ask((connection) =>
      connection.createTopics({ waitForLeaders: true, topics: absent.map((topic) => newTopic(topic, options)) }),
    );
  }
  const changes = new Map<string, TopicChange>(absent.map(({ name }) => [name, { topic: name, action: 'created', differences: [] }]));
  const present = wanted.filter(({ name }) => existing.has(name));
  for (const change of await admin.ask((connection) => compareTopics(connection, present, options))) changes.set(change.topic, change);
  return wanted.flatMap(({ name }) => changes.get(name) ?? []);
}

function newTopic(topic: TopicDefinition, { replicationFactor }: ApplyTopicsOptions) {
  return {
    topic: topic.name,
    numPartitions: topic.partitions,
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
    configEntries: Object.entries(topicSettings(topic)).map(([name, value]) => ({ name, value })),
  };
}

async function compareTopics(admin: Admin, topics: readonly TopicDefinition[], options: ApplyTopicsOptions): Promise<TopicChange[]> {
  if (topics.length === 0) return [];
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  const partitionCounts = new Map(metadata.map(({ name, partitions }) => [name, partitions.length]));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((topic) => ({
      type: ConfigResourceTypes.TOPIC,
      name: topic.name,
      configNames: Object.keys(topicSettings(topic)),
    })),
  });
  const changes: TopicChange[] = [];
  for (const topic of topics) {
    const entries = resources.find(({ resourceName }) => resourceName === topic.name)?.configEntries ?? [];
    const settings = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
    changes.push(await compareTopic(admin, topic, partitionCounts.get(topic.name) ?? 0, settings, options));
  }
  return changes;
}

async function compareTopic(
  admin: Admin,
  topic: TopicDefinition,
  partitions: number,
  settings: ReadonlyMap<string, string>,
  { dryRun = false, raisePartitions = false }: ApplyTopicsOptions,
): Promise<TopicChange> {
  const differences = Object.entries(topicSettings(topic))
    .filter(([name, value]) => settings.get(name) !== value)
    .map(([name, value]) => `${name}: ${settings.get(name) ?? 'not set'} instead of ${value}`);
  if (partitions < topic.partitions && raisePartitions) {
    if (!dryRun) await admin.createPartitions({ topicPartitions: [{ topic: topic.name, count: topic.partitions }] });
    return { topic: topic.name, action: 'partitions-raised', differences };
  }
  if (partitions !== topic.partitions) differences.unshift(`partitions: ${partitions} instead of ${topic.partitions}`);
  return { topic: topic.name, action: differences.length === 0 ? 'unchanged' : 'differs', differences };
}
