import { Metrics } from '@attune/http-kit';
import type { DriftReport } from '@attune/inference';
import { DriftMetrics } from './drift-metrics';

describe('the metrics of drift', () => {
  let metrics: Metrics;
  let report: DriftReport;
  const lines = async (): Promise<string[]> => (await metrics.text()).split('\n').filter((line) => line.startsWith('attune_model_drift'));

  beforeEach(() => {
    metrics = new Metrics();
    report = { rows: 400, since: new Date(), drift: { embedding: 0.25, tasks: { intent: { labels: 0.5, probabilities: 0.125 } } } };
    new DriftMetrics(metrics).watch('customer-service', () => report);
  });
  afterEach(() => metrics.close());

  it('are asked for at every scrape', async () => {
    expect(await lines()).toEqual([
      'attune_model_drift{model="customer-service",task="",of="embedding"} 0.25',
      'attune_model_drift{model="customer-service",task="intent",of="labels"} 0.5',
      'attune_model_drift{model="customer-service",task="intent",of="probabilities"} 0.125',
      'attune_model_drift_texts{model="customer-service"} 400',
    ]);
  });

  it('tell nothing of what is not known any more', async () => {
    await lines();
    report = { rows: 3, since: new Date() };
    expect(await lines()).toEqual(['attune_model_drift_texts{model="customer-service"} 3']);
  });
});
