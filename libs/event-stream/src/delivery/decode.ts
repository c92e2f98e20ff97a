import type { TopicDefinition } from '@attune/contracts';
import { asError, InvalidMessageError } from '../errors';
import type { IncomingMessage } from '../port';

/** What a message holds. */
export type Decoded<E> =
  | { readonly kind: 'event'; readonly event: E }
  | { readonly kind: 'deletion' }
  | { readonly kind: 'invalid'; readonly error: InvalidMessageError };

/** Faults that an error's text names. */
const MAX_FAULTS = 3;

/** Reads a message with its topic's schema. A message without a value is a deletion, on compacted topics alone. */
export function decode<E>(topic: TopicDefinition<E>, message: IncomingMessage): Decoded<E> {
  if (message.value === null) {
    if (topic.cleanup === 'compact') return { kind: 'deletion' };
    return { kind: 'invalid', error: new InvalidMessageError('The message has no value.') };
  }
  let json: unknown;
  try {
    json = JSON.parse(message.value.toString('utf8'));
  } catch (error) {
    return { kind: 'invalid', error: new InvalidMessageError(`The message is not JSON: ${asError(error).message}`, error) };
  }
  const result = topic.schema.safeParse(json);
  if (result.success) return { kind: 'event', event: result.data };
  const faults = result.error.issues.slice(0, MAX_FAULTS).map(({ path, message: fault }) => `${path.join('.') || 'the whole'}: ${fault}`);
  return { kind: 'invalid', error: new InvalidMessageError(`The message does not fit the schema of ${topic.name}: ${faults.join('; ')}`) };
}
