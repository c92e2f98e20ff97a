import { AttuneError } from '@attune/artifact';
import { DependencyUnavailableError, MissingTopicError } from '../errors';

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const ELECTING = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);
const NOT_MINE = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/**
 * What kafkajs failed with, as an error of this library: what cannot succeed by waiting says so, and all else means that
 * the brokers are away.
 */
export function streamError(thrown: unknown, topics: readonly string[] = []): AttuneError {
  if (thrown instanceof AttuneError) return thrown;
  const types = typesOf(thrown);
  if (types.some((type) => TOO_LARGE.has(type))) {
    return new AttuneError('bad-data', `A message is larger than the topic ${topics.join(', ')} takes.`, {
      remedy: 'Raise max.message.bytes of the topic, or send less.',
      cause: thrown,
    });
  }
  if (types.includes('UNKNOWN_TOPIC_OR_PARTITION') && topics.length > 0) return new MissingTopicError(topics);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DependencyUnavailableError(`Kafka does not answer: ${message}`, {
    remedy: 'Check KAFKA_BROKERS; attune kafka start runs one for development.',
    cause: thrown,
  });
}

/** Whether the brokers are busy agreeing on who leads, as after a topic was made: the same question has an answer soon. */
export function isElectingLeader(thrown: unknown): boolean {
  return typesOf(thrown).some((type) => ELECTING.has(type));
}

/** Whether the group has gone on without this consumer. */
export function isLostMembership(thrown: unknown): boolean {
  return typesOf(thrown).some((type) => NOT_MINE.has(type));
}

/** The broker's own names of what went wrong, through every cause. */
function typesOf(thrown: unknown): string[] {
  const types: string[] = [];
  for (let current = thrown; current instanceof Error; current = current.cause) {
    if ('type' in current && typeof current.type === 'string') types.push(current.type);
    if ('errors' in current && Array.isArray(current.errors)) types.push(...current.errors.flatMap(typesOf));
  }
  return types;
}
