import type { Metrics } from '@attune/http-kit';
import type { DriftReport } from '@attune/inference';
import { Gauge } from 'prom-client';

/** How far a service's models are from what they were validated on, asked at every scrape. */
export class DriftMetrics {
  private readonly reports = new Map<string, () => DriftReport>();

  constructor({ registry }: Metrics) {
    const { reports } = this;
    const registers = [registry];
    new Gauge({
      name: 'attune_model_drift',
      help: 'Drift from the validation rows: embedding is the shift of the texts in multiples of their spread; labels and probabilities are population stability indices of a task',
      labelNames: ['model', 'task', 'of'] as const,
      registers,
      collect() {
        // A version without a reference, or with too few texts, has none: an old figure must not stay.
        this.reset();
        for (const [model, report] of reports) {
          const { drift } = report();
          if (drift?.embedding !== undefined) this.set({ model, task: '', of: 'embedding' }, drift.embedding);
          for (const [task, { labels, probabilities }] of Object.entries(drift?.tasks ?? {})) {
            this.set({ model, task, of: 'labels' }, labels);
            this.set({ model, task, of: 'probabilities' }, probabilities);
          }
        }
      },
    });
    new Gauge({
      name: 'attune_model_drift_texts',
      help: 'Texts of the last day by which drift is measured',
      labelNames: ['model'] as const,
      registers,
      collect() {
        for (const [model, report] of reports) this.set({ model }, report().rows);
      },
    });
  }

  watch(model: string, report: () => DriftReport): void {
    this.reports.set(model, report);
  }
}
