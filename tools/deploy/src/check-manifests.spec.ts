import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOverlay, describeUnlessMissing, kustomizeMissing, OVERLAY_NAMES, overlayText, TRAINING_OVERLAY_NAMES } from '@attune/testing';
import { parse, stringify } from 'yaml';
import { manifestFaults } from './check-manifests';
import { schemaFaults } from './check-schemas';
import { checksMissing } from './missing-programs';
import { ensureSchemas } from './schemas/kubernetes-schemas';
import { KUBERNETES_VERSION, OPERATORS } from './schemas/sources';

/** Milliseconds in which the schemas are fetched and made. */
const MAKING = 300_000;

const README = readFileSync(join(__dirname, '../../../deploy/README.md'), 'utf8');

/** An object of the overlay production with a change, as YAML. */
function changed(kind: string, change: (text: string) => string): string {
  const object = buildOverlay('production').find((one) => one.kind === kind);
  const before = stringify(object);
  const after = change(before);
  if (object === undefined || after === before) throw new Error(`Nothing of ${kind} was changed.`);
  return after;
}

/** With a field that no schema knows, in the place that a pattern names. */
const misspelt = (place: RegExp) => (text: string) => text.replace(place, '$1misspelt: yes\n$&');

describeUnlessMissing({ name: 'A checker of manifests', missing: kustomizeMissing() ?? checksMissing() }, 'manifests', () => {
  beforeAll(() => ensureSchemas(), MAKING);

  it.each([...OVERLAY_NAMES, ...TRAINING_OVERLAY_NAMES])('of the overlay %s are valid and keep to the policies', async (overlay) => {
    expect(await manifestFaults(overlayText(overlay))).toEqual([]);
  });

  it('of the README are valid', async () => {
    const blocks = [...README.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block]) => block);
    expect(blocks.length).toBeGreaterThan(1);
    expect(await schemaFaults(blocks.join('---\n'))).toEqual([]);
  });

  // Some of each source of schemas: Kubernetes, definitions of custom resources, classes of Java.
  it('are refused where an object has a field that its schema does not know', async () => {
    const places = {
      Deployment: /^( +)terminationGracePeriodSeconds:/m,
      NetworkPolicy: /^( +)policyTypes:/m,
      ServiceMonitor: /^( +)name:/m,
      ScaledObject: /^( +)minReplicaCount:/m,
      Cluster: /^( +)instances:/m,
      ExternalSecret: /^( +)refreshInterval:/m,
      PrometheusRule: /^( +)groups:/m,
      KafkaUser: /^( +)authorization:/m,
      KafkaNodePool: /^( +)storage:/m,
      KafkaTopic: /^( +)partitions:/m,
      Kafka: /^( +)listeners:/m,
    };
    const texts = Object.entries(places).map(([kind, place]) => changed(kind, misspelt(place)));
    const refused = (await schemaFaults(texts.join('---\n'))).filter((fault) => fault.includes("'misspelt' not allowed"));
    expect(refused.map((fault) => fault.split(' ')[0]).sort()).toEqual(Object.keys(places).sort());
  });

  it('are refused where a kind has no schema', async () => {
    const faults = await schemaFaults(changed('Deployment', (text) => text.replace('apps/v1', 'apps/v1beta1')));
    expect(faults.join('\n')).toContain('could not find schema for Deployment');
  });

  it.each([
    ['an image names no version', (text: string) => text.replace(/image: .*/, 'image: attune/service:latest'), 'container-image-tag'],
    ['a container has no limits', (text: string) => text.replace(/ +limits:\n(?: {14}.*\n)+/, ''), 'container-resources'],
    ['a pod runs as root', (text: string) => text.replace('runAsNonRoot: true', 'runAsNonRoot: false'), 'Running as Non-root'],
    [
      'a pod has the token of its account',
      (text: string) => text.replace('automountServiceAccountToken: false', 'automountServiceAccountToken: true'),
      'mounts the token',
    ],
  ])('are refused where %s', async (_, change, fault) => {
    const text = changed('Deployment', change);
    expect(parse(text)).toBeDefined();
    expect((await manifestFaults(text)).join('\n')).toContain(fault);
  });
});

describe('the README', () => {
  it.each([{ name: 'Kubernetes', version: KUBERNETES_VERSION }, ...OPERATORS])(
    'names the version of $name that was checked',
    ({ name, version }) => {
      const row = README.split('\n').find((line) => line.startsWith(`| ${name}`));
      expect(row?.split('|')[3]).toMatch(new RegExp(`^ ${version.replaceAll('.', '\\.')}(;| |$)`));
    },
  );
});
