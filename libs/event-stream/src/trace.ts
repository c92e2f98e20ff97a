import type { RawMessage } from './delivery/queued-message';
import type { TraceHook } from './options';
import type { OutgoingMessage } from './port';

/** Messages to publish, those without a trace of their own within the current one. */
export function withTrace(messages: readonly OutgoingMessage[], trace: TraceHook | undefined): RawMessage[] {
  const current = trace?.inject();
  return messages.map(({ key, value, headers = {} }) => ({
    key,
    value,
    headers: current === undefined || 'traceparent' in headers ? headers : { ...headers, ...current },
  }));
}
