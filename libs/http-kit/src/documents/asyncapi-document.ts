import { deadLetterTopic } from '@attune/contracts';
import { z } from 'zod';
import type { DescribedTopic } from '../service/service-options';
import { checkExample } from './check-example';
import type { JsonObject } from './json-schemas';

/** What an AsyncAPI document says of the service itself. */
export interface AsyncApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** An AsyncAPI 3.0 document. */
export interface AsyncApiDocument extends JsonObject {
  readonly asyncapi: string;
  readonly channels: Readonly<Record<string, JsonObject>>;
  readonly operations: Readonly<Record<string, JsonObject>>;
}

const KAFKA_BINDING = '0.5.0';

const TRACE_HEADERS = {
  traceparent: { type: 'string', description: 'W3C Trace Context of what published it' },
  tracestate: { type: 'string', description: 'W3C Trace Context of other tracers' },
};

/** As the event stream writes them beside those that the message had. */
const DEAD_LETTER_HEADERS = {
  'dead-letter-error': 'Name and message of the error',
  'dead-letter-attempts': 'How often it was tried',
  'dead-letter-group': 'Consumer group that failed',
  'dead-letter-original-topic': 'Topic it came from',
  'dead-letter-original-partition': 'Partition it came from',
  'dead-letter-original-offset': 'Offset it had there',
  'dead-letter-original-timestamp': 'When it was published there, milliseconds since the epoch',
};

/**
 * The AsyncAPI 3.0 document of topics, each with its topic of dead letters, from the schemas that check the events.
 *
 * @throws {AttuneError} `bad-data` where an example does not pass the schema of its topic
 */
export function asyncApiDocument(topics: readonly DescribedTopic[], info: AsyncApiInfo): AsyncApiDocument {
  const channels: Record<string, JsonObject> = {};
  const operations: Record<string, JsonObject> = {};
  const messages: Record<string, JsonObject> = {};
  for (const described of topics) {
    const id = camelCase(described.topic.name);
    messages[id] = eventMessage(described);
    messages[`${id}DeadLetter`] = deadLetterMessage(described);
    channels[id] = channel(described, described.topic.name, id, described.topic.description);
    const about = `Messages of ${described.topic.name} that could not be handled, as they were`;
    channels[`${id}DeadLetters`] = channel(described, deadLetterTopic(described.topic.name), `${id}DeadLetter`, about);
    Object.assign(operations, operationsOf(described, id));
  }
  return {
    asyncapi: '3.0.0',
    info: { title: info.title, version: info.version, description: info.description, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/cloudevents+json',
    channels,
    operations,
    components: { messages },
  };
}

function channel({ topic }: DescribedTopic, address: string, message: string, description: string): JsonObject {
  const dead = address !== topic.name;
  return {
    address,
    description,
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
    bindings: {
      kafka: {
        topic: address,
        partitions: topic.partitions,
        topicConfiguration: {
          'cleanup.policy': [dead ? 'delete' : topic.cleanup],
          ...(topic.retentionMs === undefined || dead ? {} : { 'retention.ms': topic.retentionMs }),
        },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function operationsOf({ topic, action }: DescribedTopic, id: string): Record<string, JsonObject> {
  const suffix = id.charAt(0).toUpperCase() + id.slice(1);
  const operation = (kind: 'receive' | 'send', name: string, message: string, summary: string): JsonObject => ({
    action: kind,
    summary,
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${message}` }],
  });
  const received = {
    [`receive${suffix}`]: operation('receive', id, id, `Reads ${topic.name}`),
    [`send${suffix}DeadLetters`]: operation(
      'send',
      `${id}DeadLetters`,
      `${id}DeadLetter`,
      `Puts aside what cannot be handled of ${topic.name}`,
    ),
  };
  const sent = { [`send${suffix}`]: operation('send', id, id, `Publishes on ${topic.name}`) };
  return { ...(action === 'send' ? {} : received), ...(action === 'receive' ? {} : sent) };
}

function eventMessage({ topic, examples = [] }: DescribedTopic): JsonObject {
  for (const example of examples) checkExample(topic.name, topic.schema, example);
  const { $schema: _schema, ...payload } = z.toJSONSchema(topic.schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return {
    name: topic.name,
    title: topic.description,
    contentType: 'application/cloudevents+json',
    headers: { type: 'object', properties: TRACE_HEADERS },
    payload,
    bindings: { kafka: { key: { type: 'string', description: topic.key }, bindingVersion: KAFKA_BINDING } },
    ...(examples.length === 0 ? {} : { examples: examples.map((payload, index) => ({ name: `example${String(index + 1)}`, payload })) }),
  };
}

function deadLetterMessage({ topic }: DescribedTopic): JsonObject {
  const headers = Object.entries(DEAD_LETTER_HEADERS).map(([name, description]) => [name, { type: 'string', description }] as const);
  return {
    name: deadLetterTopic(topic.name),
    title: `Dead letter of ${topic.name}`,
    // Nothing is promised about what could not be read.
    contentType: 'application/octet-stream',
    headers: { type: 'object', properties: { ...TRACE_HEADERS, ...Object.fromEntries(headers) } },
    payload: { description: 'The message, byte for byte' },
    bindings: { kafka: { key: { type: 'string', description: topic.key }, bindingVersion: KAFKA_BINDING } },
  };
}

function camelCase(name: string): string {
  return name.replaceAll(/[.-](\w)/g, (_, letter: string) => letter.toUpperCase());
}
