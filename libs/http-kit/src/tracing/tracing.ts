import type { Attributes, Span, SpanContext, SpanKind, Tracer } from '@opentelemetry/api';
import { currentContext, runInContext, workContext, type WorkContext } from '../request/request-context';

/** Where traces go. */
export interface TracingSettings {
  /** Base address of an OpenTelemetry collector, as OTEL_EXPORTER_OTLP_ENDPOINT; without it nothing is recorded or loaded. */
  readonly endpoint: string | undefined;
  readonly service: string;
  readonly version: string;
}

/** What a span is about. */
export interface SpanDescription {
  readonly name: string;
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** The `traceparent`s of other traces that this work is part of, too. */
  readonly links?: readonly string[];
}

/** A span that its owner ends. */
export interface OpenSpan {
  readonly context: WorkContext;
  end(outcome?: { attributes?: Attributes; name?: string; error?: unknown }): void;
}

type Api = typeof import('@opentelemetry/api');

interface Recorder {
  readonly api: Api;
  readonly tracer: Tracer;
  shutdown(): Promise<void>;
}

/** Traces by OpenTelemetry. Contexts go along with the asynchronous work by this library's own storage, recorded or not. */
export class Tracing {
  private constructor(private readonly recorder: Recorder | undefined) {}

  static async open(settings: TracingSettings): Promise<Tracing> {
    return new Tracing(settings.endpoint === undefined ? undefined : await startRecorder(settings.endpoint, settings));
  }

  /** Whether spans are recorded. */
  get recording(): boolean {
    return this.recorder !== undefined;
  }

  /** Opens a span that goes on with the trace of `parent`, or begins one. Its context is for {@link runInContext}. */
  begin(
    description: SpanDescription,
    parent: { traceparent?: string | undefined; tracestate?: string | undefined; requestId?: string | undefined },
  ): OpenSpan {
    const context = workContext(parent);
    const { recorder } = this;
    if (recorder === undefined) return { context, end: () => undefined };
    const { api, tracer } = recorder;
    const remote = parent.traceparent === context.traceparent ? spanContextOf(context.traceparent) : undefined;
    const above = remote === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, remote);
    const links = (description.links ?? []).map((traceparent) => ({ context: spanContextOf(traceparent) }));
    const options = { kind: kindOf(api, description.kind), attributes: description.attributes ?? {}, links };
    const span = tracer.startSpan(description.name, options, above);
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    return { context: { ...context, traceId, traceparent }, end: (outcome) => endSpan(api, span, outcome) };
  }

  /** Runs work within a span below that of the work in hand. */
  async span<Result>(description: SpanDescription, work: () => Promise<Result>): Promise<Result> {
    if (this.recorder === undefined) return work();
    return this.within(description, currentContext() ?? {}, work);
  }

  /** Runs work within a span that goes on with the trace of `parent`, recorded or not. */
  async within<Result>(description: SpanDescription, parent: Partial<WorkContext>, work: () => Promise<Result>): Promise<Result> {
    const open = this.begin(description, parent);
    try {
      const result = await runInContext(open.context, work);
      open.end();
      return result;
    } catch (error) {
      open.end({ error });
      throw error;
    }
  }

  /** Sends what is recorded and not sent yet. */
  async close(): Promise<void> {
    await this.recorder?.shutdown();
  }
}

/** The SDK is loaded here alone: where no collector is named, it costs neither memory nor the time to start. */
async function startRecorder(endpoint: string, { service, version }: TracingSettings): Promise<Recorder> {
  const [api, sdk, exporter, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const provider = new sdk.NodeTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    spanProcessors: [new sdk.BatchSpanProcessor(new exporter.OTLPTraceExporter({ url }))],
  });
  return { api, tracer: provider.getTracer('attune', version), shutdown: () => provider.shutdown() };
}

function spanContextOf(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function kindOf(api: Api, kind: SpanDescription['kind'] = 'internal'): SpanKind {
  const kinds = { internal: api.SpanKind.INTERNAL, server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT };
  return { ...kinds, producer: api.SpanKind.PRODUCER, consumer: api.SpanKind.CONSUMER }[kind];
}

function endSpan(api: Api, span: Span, outcome: Parameters<OpenSpan['end']>[0] = {}): void {
  if (outcome.name !== undefined) span.updateName(outcome.name);
  if (outcome.attributes !== undefined) span.setAttributes(outcome.attributes);
  if (outcome.error !== undefined) {
    span.recordException(outcome.error instanceof Error ? outcome.error : String(outcome.error));
    span.setStatus({ code: api.SpanStatusCode.ERROR });
  }
  span.end();
}
