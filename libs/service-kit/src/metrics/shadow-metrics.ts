import type { Metrics } from '@attune/http-kit';
import type { ShadowReport } from '@attune/inference';
import { Gauge } from 'prom-client';

/** What versions in shadow say beside those that serve, asked at every scrape; nothing where none is. */
export class ShadowMetrics {
  private readonly reports = new Map<string, () => ShadowReport | undefined>();

  constructor({ registry }: Metrics) {
    const { reports } = this;
    const registers = [registry];
    new Gauge({
      name: 'attune_model_shadow_texts',
      help: 'Texts for the version in shadow: scored, dropped because the service was busy, failed',
      labelNames: ['model', 'version', 'outcome'] as const,
      registers,
      collect() {
        // What is no longer in shadow has no figures.
        this.reset();
        for (const { model, version, figures } of figuresOf(reports)) {
          for (const outcome of ['scored', 'dropped', 'failed'] as const) this.set({ model, version, outcome }, figures[outcome]);
        }
      },
    });
    new Gauge({
      name: 'attune_model_shadow_difference',
      help: 'Of the version in shadow and the one that serves, of each task: share of texts with another label; mean absolute difference of the probability',
      labelNames: ['model', 'version', 'task', 'of'] as const,
      registers,
      collect() {
        this.reset();
        for (const { model, version, figures } of figuresOf(reports)) {
          for (const [task, { texts, disagreements, meanDifference }] of Object.entries(figures.tasks)) {
            this.set({ model, version, task, of: 'labels' }, disagreements / texts);
            this.set({ model, version, task, of: 'probabilities' }, meanDifference);
          }
        }
      },
    });
    new Gauge({
      name: 'attune_model_shadow_seconds',
      help: 'Mean time of computing a text by the version that serves and by the one in shadow',
      labelNames: ['model', 'version', 'by'] as const,
      registers,
      collect() {
        this.reset();
        for (const { model, version, figures } of figuresOf(reports)) {
          for (const [by, value] of Object.entries(figures.seconds ?? {})) this.set({ model, version, by }, value);
        }
      },
    });
  }

  watch(model: string, report: () => ShadowReport | undefined): void {
    this.reports.set(model, report);
  }
}

/** Of those that score. */
function* figuresOf(reports: ReadonlyMap<string, () => ShadowReport | undefined>) {
  for (const [model, report] of reports) {
    const { version = '', figures } = report() ?? {};
    if (figures !== undefined) yield { model, version, figures };
  }
}
