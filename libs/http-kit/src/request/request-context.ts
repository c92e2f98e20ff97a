import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { traceparentSchema } from '@attune/contracts';

/** What is in hand: a request over HTTP, or a batch of events. It goes into every line of the log. */
export interface WorkContext {
  readonly requestId: string | undefined;
  readonly traceId: string;
  /** W3C Trace Context of this work, for what it calls and publishes. */
  readonly traceparent: string;
  /** What other tracers on the way added; handed on as it came. */
  readonly tracestate: string | undefined;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** The W3C limit of what must be handed on. */
const MOST_TRACESTATE = 512;

/** The work in hand; undefined outside of any. */
export function currentContext(): WorkContext | undefined {
  return storage.getStore();
}

/** Runs work within a context; what it starts is within, too. */
export function runInContext<Result>(context: WorkContext, work: () => Result): Result {
  return storage.run(context, work);
}

/** A context that goes on with the trace of `traceparent`, or begins one where that is absent or malformed. */
export function workContext(parent: {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
  requestId?: string | undefined;
}): WorkContext {
  const { traceparent, tracestate, requestId } = parent;
  if (traceparent === undefined || !isTraceparent(traceparent)) {
    // Flags 00: nobody has said that this trace is recorded.
    const own = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
    return { requestId, traceId: own.slice(3, 35), traceparent: own, tracestate: undefined };
  }
  const kept = tracestate !== undefined && tracestate.length <= MOST_TRACESTATE ? tracestate : undefined;
  return { requestId, traceId: traceparent.slice(3, 35), traceparent, tracestate: kept };
}

/** The `traceparent` of the work in hand, for the headers of events and calls; undefined outside of any. */
export function currentTraceparent(): string | undefined {
  return storage.getStore()?.traceparent;
}

/** Version ff and ids of zeros are forbidden, whatever their form. */
function isTraceparent(text: string): boolean {
  return traceparentSchema.safeParse(text).success && !text.startsWith('ff') && !/-0{32}-|-0{16}-/.test(text);
}
