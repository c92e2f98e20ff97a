import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOverlay, describeUnlessMissing, kustomizeMissing } from '@attune/testing';
import { parser } from '@prometheus-io/lezer-promql';

const ROOT = join(__dirname, '../../..');
/** What Prometheus and the operator add to every sample, kube-state-metrics' own, and the bounds of a histogram's buckets. */
const GIVEN_LABELS = ['namespace', 'pod', 'service', 'job_name', 'deployment', 'le'];
/** Metrics of others: of Prometheus, kube-state-metrics, and of Node by prom-client. */
const GIVEN_METRICS = ['up', 'kube_deployment_status_replicas_unavailable', 'kube_job_status_failed', 'process_resident_memory_bytes'];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** Metrics of the code, and the labels that any of them has. */
function known(): { metrics: Set<string>; labels: Set<string> } {
  const code = ['libs', 'apps']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  const names = [...code.matchAll(/name: '(attune_[a-z_]+)'/g)].map(([, name]) => name);
  const histograms = [...code.matchAll(/new Histogram\(\{\s+name: '(attune_[a-z_]+)'/g)].map(([, name]) => name);
  const series = histograms.flatMap((name) => ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`));
  const labels = [...code.matchAll(/labelNames(?::| =) \[([^\]]*)\]/g)].flatMap(([, list]) => [...list.matchAll(/'(\w+)'/g)]);
  return {
    metrics: new Set([...names, ...series, ...GIVEN_METRICS]),
    labels: new Set([...labels.map(([, label]) => label), ...GIVEN_LABELS]),
  };
}

/** What a query names, by Prometheus' own grammar. */
function namesIn(query: string): { metrics: string[]; labels: string[]; faults: number } {
  // Grafana puts a length of time here.
  const text = query.replaceAll('$__rate_interval', '5m');
  const found = { metrics: [] as string[], labels: [] as string[], faults: 0 };
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) found.faults++;
      if (name === 'VectorSelector') found.metrics.push(/^\w+/.exec(text.slice(from, to))?.[0] ?? '');
      if (name === 'LabelName') found.labels.push(text.slice(from, to));
    },
  });
  return found;
}

const labelsOf = (legend: string): string[] => [...legend.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label]) => label);

describeUnlessMissing({ name: 'Kustomize', missing: kustomizeMissing() }, 'what is watched', () => {
  const { metrics, labels } = known();
  let rules: Rule[];
  let panels: Panel[];

  beforeAll(() => {
    const objects = buildOverlay('production');
    const groups = objects.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec?.['groups'] as { rules: Rule[] }[]);
    rules = groups.flatMap((group) => group.rules);
    const [map] = objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.labels?.['grafana_dashboard'] === '1');
    const { data } = map as unknown as { data: Record<string, string> };
    panels = (JSON.parse(data['attune-dashboard.json']) as { panels: Panel[] }).panels;
  });

  const faultsOf = (query: string, legend: string): unknown => {
    const names = namesIn(query);
    return {
      query,
      faults: names.faults,
      metrics: names.metrics.filter((name) => !metrics.has(name)),
      labels: [...names.labels, ...labelsOf(legend).filter((name) => name !== '$value')].filter((name) => !labels.has(name)),
    };
  };
  const sound = (query: string): unknown => ({ query, faults: 0, metrics: [], labels: [] });

  it('finds what a query has wrong', () => {
    expect(faultsOf('sum by (pod, colour) (attune_made_up) > > 1', '')).toMatchObject({ metrics: ['attune_made_up'], labels: ['colour'] });
    expect(namesIn('sum(up').faults).toBeGreaterThan(0);
    expect(namesIn('sum by (pod) (rate(up{job="a"}[5m])) > 1')).toEqual({ metrics: ['up'], labels: ['pod', 'job'], faults: 0 });
  });

  it('raises alarms by metrics and labels that the services have', () => {
    for (const { expr, annotations } of rules) expect(faultsOf(expr, annotations.summary)).toEqual(sound(expr));
  });

  it('raises alarms of lag, dead letters, overload, what is not ready, and alerts that are late', () => {
    const names = rules.map(({ alert }) => alert);
    expect(names).toEqual(
      expect.arrayContaining([
        'AttuneLag',
        'AttuneDeadLetters',
        'AttuneOverload',
        'AttuneNotReady',
        'AttuneConsumerNotReady',
        'AttuneAlertsDelayed',
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('shows a dashboard of metrics and labels that the services have', () => {
    const targets = panels.flatMap((panel) => panel.targets ?? []);
    expect(targets.length).toBeGreaterThan(20);
    for (const { expr, legendFormat } of targets) expect(faultsOf(expr, legendFormat)).toEqual(sound(expr));
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});
