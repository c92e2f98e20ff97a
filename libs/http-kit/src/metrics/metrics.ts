import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { measureEventLoopDelay } from './event-loop-delay';

/** Seconds; most requests are answered within a few milliseconds, bulk ones take seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A request that ended. */
export interface EndedRequest {
  readonly method: string;
  /** The pattern, such as `/v1/watches/:id`: a path would make a series for every id. */
  readonly route: string;
  /** 499 where the client went before the answer was complete. */
  readonly status: number;
  readonly seconds: number;
}

/** The metrics of a service. Features make theirs with `registers: [metrics.registry]`; `GET /metrics` shows all. */
export class Metrics {
  readonly registry = new Registry();
  private readonly stopMeasuring: () => void;
  private readonly requests: Histogram<'method' | 'route' | 'status'>;
  private readonly inFlight: Gauge;
  private readonly refusals: Counter<'reason'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.stopMeasuring = measureEventLoopDelay(this.registry);
    this.requests = new Histogram({
      name: 'attune_http_request_duration_seconds',
      help: 'From the head of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.inFlight = new Gauge({ name: 'attune_http_requests_in_flight', help: 'Requests that are not answered yet', registers });
    this.refusals = new Counter({
      name: 'attune_http_refused_total',
      help: 'Requests that were refused before any work was done for them',
      labelNames: ['reason'],
      registers,
    });
  }

  requestBegan(): void {
    this.inFlight.inc();
  }

  requestEnded({ method, route, status, seconds }: EndedRequest): void {
    this.inFlight.dec();
    this.requests.observe({ method, route, status: String(status) }, seconds);
  }

  requestRefused(reason: 'key' | 'rate' | 'host'): void {
    this.refusals.inc({ reason });
  }

  /** The text that Prometheus reads. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Stops what measures in the background. */
  close(): void {
    this.stopMeasuring();
    this.registry.clear();
  }
}
