import { Metrics } from '@attune/http-kit';
import type { ShadowReport } from '@attune/inference';
import { ShadowMetrics } from './shadow-metrics';

describe('the metrics of versions in shadow', () => {
  let metrics: Metrics;
  let report: ShadowReport | undefined;
  const lines = async (): Promise<string[]> => (await metrics.text()).split('\n').filter((line) => line.startsWith('attune_model_shadow'));

  beforeEach(() => {
    metrics = new Metrics();
    const tasks = { intent: { texts: 4, disagreements: 1, pairs: [], meanDifference: 0.125 } };
    report = {
      ...{ version: '2', against: '1', manifestSha256: 'a', share: 0.5, startedAt: '2026-03-01T10:00:00Z' },
      figures: { scored: 4, dropped: 3, failed: 2, seconds: { served: 0.5, candidate: 0.25 }, tasks },
    };
    new ShadowMetrics(metrics).watch('support', () => report);
  });
  afterEach(() => metrics.close());

  it('are asked for at every scrape', async () => {
    expect(await lines()).toEqual([
      'attune_model_shadow_texts{model="support",version="2",outcome="scored"} 4',
      'attune_model_shadow_texts{model="support",version="2",outcome="dropped"} 3',
      'attune_model_shadow_texts{model="support",version="2",outcome="failed"} 2',
      'attune_model_shadow_difference{model="support",version="2",task="intent",of="labels"} 0.25',
      'attune_model_shadow_difference{model="support",version="2",task="intent",of="probabilities"} 0.125',
      'attune_model_shadow_seconds{model="support",version="2",by="served"} 0.5',
      'attune_model_shadow_seconds{model="support",version="2",by="candidate"} 0.25',
    ]);
  });

  it('tell nothing where nothing is in shadow any more', async () => {
    await lines();
    report = undefined;
    expect(await lines()).toEqual([]);
  });
});
