import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** Milliseconds between two looks at the clock. */
const RESOLUTION = 10;

const QUANTILES = [
  ['0.5', 50],
  ['0.99', 99],
  ['1', 100],
] as const;

/**
 * Measures how much later than it should the event loop comes round, since the scrape before. Node's histogram holds the
 * whole time between two looks; the part that was asked for is no delay and is taken off.
 *
 * @returns what stops the measuring
 */
export function measureEventLoopDelay(registry: Registry): () => void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  new Gauge({
    name: 'attune_event_loop_delay_seconds',
    help: 'How much later than it should the event loop came round since the last scrape',
    labelNames: ['quantile'] as const,
    registers: [registry],
    collect() {
      for (const [quantile, percentile] of QUANTILES) {
        const delay = histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(percentile) / 1e9 - RESOLUTION / 1000);
        this.set({ quantile }, delay);
      }
      histogram.reset();
    },
  });
  return () => histogram.disable();
}
