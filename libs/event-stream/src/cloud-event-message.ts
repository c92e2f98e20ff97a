import type { TopicDefinition } from '@attune/contracts';
import type { OutgoingMessage } from './port';

/** Media type of a CloudEvent in structured mode, as the CloudEvents Kafka protocol binding 1.0.2 names it. */
export const CLOUD_EVENT_CONTENT_TYPE = 'application/cloudevents+json; charset=UTF-8';

/**
 * A CloudEvent in structured mode as a message; its trace context travels in the headers too, where tracers look for it.
 *
 * @param _topic the topic that it is meant for: its type says which events fit
 */
export function cloudEventMessage<E extends object>(
  _topic: TopicDefinition<E>,
  key: string,
  event: E,
): OutgoingMessage & { readonly key: string } {
  const trace: Record<string, string> =
    'traceparent' in event && typeof event.traceparent === 'string' ? { traceparent: event.traceparent } : {};
  return { key, value: JSON.stringify(event), headers: { 'content-type': CLOUD_EVENT_CONTENT_TYPE, ...trace } };
}
