import type { TraceCarrier, TraceHook } from '@attune/event-stream';
import { currentContext, type Tracing } from '@attune/http-kit';

/** Traces that go through the stream: published messages carry the trace in hand, and a batch is handled within that of its messages. */
export function streamTrace(tracing: Tracing): TraceHook {
  return {
    inject: () => {
      const context = currentContext();
      if (context === undefined) return undefined;
      return { traceparent: context.traceparent, ...(context.tracestate === undefined ? {} : { tracestate: context.tracestate }) };
    },
    around: ({ topic, group, partition, carriers }, work) => {
      const parents = [...new Map(carriers.flatMap((carrier) => carried(carrier))).entries()];
      const [only] = parents;
      // Work for messages of several traces belongs to none of them: it is a trace of its own that points at theirs.
      const parent = parents.length === 1 && only !== undefined ? { traceparent: only[0], tracestate: only[1] } : {};
      const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': topic, 'messaging.consumer.group.name': group };
      const links = parents.length > 1 ? parents.map(([traceparent]) => traceparent) : [];
      const partitionId = { 'messaging.destination.partition.id': String(partition), 'messaging.batch.message_count': carriers.length };
      return tracing.within(
        { name: `process ${topic}`, kind: 'consumer', attributes: { ...attributes, ...partitionId }, links },
        parent,
        work,
      );
    },
  };
}

function carried({ traceparent, tracestate }: TraceCarrier): [string, string | undefined][] {
  return traceparent === undefined ? [] : [[traceparent, tracestate]];
}
