import type { Metrics } from '@attune/http-kit';
import type { InferenceObserver, QueueLoad } from '@attune/inference';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Seconds. */
const STEP_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const TEXT_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128];
const TOKEN_BUCKETS = [16, 64, 256, 512, 1024, 2048, 4096, 8192, 16_384];

/** How a service's models do: what their observers tell, and how long their queues are. One for all models of a service. */
export class InferenceMetrics {
  private readonly loads = new Map<string, () => QueueLoad>();
  private readonly durations: Histogram<'model' | 'step'>;
  private readonly calls: Histogram<'model' | 'outcome'>;
  private readonly batchTexts: Histogram<'model'>;
  private readonly batchTokens: Histogram<'model'>;
  private readonly totals: Counter<'model' | 'kind'>;
  private readonly processor: Counter<'model'>;
  private readonly deaths: Counter<'model'>;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    const labelNames = ['model'] as const;
    this.durations = new Histogram({
      name: 'attune_inference_duration_seconds',
      help: 'Time of a call by step: in the queue, tokenising, computing',
      labelNames: ['model', 'step'],
      buckets: STEP_BUCKETS,
      registers,
    });
    this.calls = new Histogram({
      name: 'attune_inference_call_duration_seconds',
      help: 'From a call to its answer, refusal or failure',
      labelNames: ['model', 'outcome'],
      buckets: STEP_BUCKETS,
      registers,
    });
    this.batchTexts = new Histogram({
      name: 'attune_inference_batch_texts',
      help: 'Texts of a batch',
      labelNames,
      buckets: TEXT_BUCKETS,
      registers,
    });
    this.batchTokens = new Histogram({
      name: 'attune_inference_batch_tokens',
      help: 'Tokens of a batch, without padding',
      labelNames,
      buckets: TOKEN_BUCKETS,
      registers,
    });
    this.totals = new Counter({
      name: 'attune_inference_tokens_total',
      help: 'Tokens computed: those of texts, and the padding beside them',
      labelNames: ['model', 'kind'],
      registers,
    });
    this.processor = new Counter({
      name: 'attune_inference_cpu_seconds_total',
      help: 'Processor time of worker threads',
      labelNames,
      registers,
    });
    this.deaths = new Counter({
      name: 'attune_inference_worker_deaths_total',
      help: 'Worker threads that died and were replaced',
      labelNames,
      registers,
    });
    this.showLoads(registers);
  }

  /** An observer for the model `model`, whose queue is asked at every scrape. */
  observer(model: string, load?: () => QueueLoad): InferenceObserver {
    if (load !== undefined) this.watch(model, load);
    return {
      batch: ({ texts, tokens, paddedTokens, cpuSeconds }) => {
        this.batchTexts.observe({ model }, texts);
        this.batchTokens.observe({ model }, tokens);
        this.totals.inc({ model, kind: 'text' }, tokens);
        this.totals.inc({ model, kind: 'padding' }, paddedTokens - tokens);
        if (cpuSeconds !== undefined) this.processor.inc({ model }, cpuSeconds);
      },
      call: ({ outcome, totalSeconds, queueSeconds, tokenizeSeconds, inferenceSeconds }) => {
        this.calls.observe({ model, outcome }, totalSeconds);
        if (outcome !== 'answered') return;
        this.durations.observe({ model, step: 'queue' }, queueSeconds);
        this.durations.observe({ model, step: 'tokenize' }, tokenizeSeconds);
        this.durations.observe({ model, step: 'inference' }, inferenceSeconds);
      },
      workerDied: () => this.deaths.inc({ model }),
    };
  }

  /** Asks for the queue of a model at every scrape; of one that is opened after its observer was made. */
  watch(model: string, load: () => QueueLoad): void {
    this.loads.set(model, load);
  }

  private showLoads(registers: Metrics['registry'][]): void {
    const { loads } = this;
    new Gauge({
      name: 'attune_inference_queue',
      help: 'What waits for a worker: texts, their tokens, calls without an answer; and the workers that compute',
      labelNames: ['model', 'what'] as const,
      registers,
      collect() {
        for (const [model, load] of loads) {
          const { texts, tokens, calls, busyWorkers } = load();
          this.set({ model, what: 'texts' }, texts);
          this.set({ model, what: 'tokens' }, tokens);
          this.set({ model, what: 'calls' }, calls);
          this.set({ model, what: 'busy workers' }, busyWorkers);
        }
      },
    });
  }
}
