import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '@attune/contracts';
import {
  buildOverlay,
  deploymentsOf,
  describeUnlessMissing,
  kustomizeMissing,
  OVERLAY_NAMES,
  overlayText,
  type KubernetesObject,
} from '@attune/testing';
import { podSecurityFaults } from './check-manifests';
import { kafkaTopics } from './kafka-topics';

const ROOT = join(__dirname, '../../..');
const SERVICES = ['customer-service', 'sentiment-monitor', 'recommender'];
/** As many as scalers say. */
const SCALED = [...SERVICES, 'console'];
/** The trainer is one. */
const DEPLOYED = [...SCALED, 'trainer'];
/** Connections of one process: the pool's, and sessions that hold a lock or listen. */
const CONNECTIONS = 14;
/** What PostgreSQL allows unless it is told, and what it keeps for its owner and the operator. */
const POSTGRES_CONNECTIONS = 100;
const RESERVED_CONNECTIONS = 10;
const KUSTOMIZE = { name: 'Kustomize', missing: kustomizeMissing() };

/** Scaled to between these, by a trigger of these topics. */
interface ScaledObject {
  readonly scaleTargetRef: { readonly name: string };
  readonly maxReplicaCount?: number;
  readonly maxReplicas?: number;
  readonly triggers: readonly { readonly type: string; readonly metadata: Readonly<Record<string, string>> }[];
}

interface Ingress {
  readonly rules: readonly {
    readonly host: string;
    readonly http: { readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[] };
  }[];
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('node_modules'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

describeUnlessMissing(KUSTOMIZE, 'every overlay', () => {
  describe.each(OVERLAY_NAMES)('the overlay %s', (overlay) => {
    let objects: KubernetesObject[];
    let deployments: ReturnType<typeof deploymentsOf>;
    const named = (kind: string): KubernetesObject[] => objects.filter((object) => object.kind === kind);
    const names = (kind: string): string[] => named(kind).map(({ metadata }) => metadata.name);

    beforeAll(() => {
      objects = buildOverlay(overlay);
      deployments = deploymentsOf(overlay);
    });

    it('deploys every part, with a Service, an account without a token, and a budget where there are several', () => {
      expect([...deployments.keys()].sort()).toEqual([...DEPLOYED].sort());
      for (const kind of ['Service', 'ServiceAccount']) expect(names(kind).sort()).toEqual([...DEPLOYED].sort());
      expect(names('PodDisruptionBudget').sort()).toEqual([...SCALED].sort());
    });

    it('tells the console where the services are', () => {
      const [{ env = [], ports = [] }] = deployments.get('console')?.pods.containers ?? [];
      const values = new Map(env.map(({ name, value }) => [name, value]));
      for (const name of ['customer-service', 'sentiment-monitor', 'recommender', 'trainer']) {
        expect(values.get(`ATTUNE_${name.toUpperCase().replace('-', '_')}_URL`)).toBe(`http://${name}`);
        expect(names('Service')).toContain(name);
      }
      expect(ports).toEqual([{ name: 'http', containerPort: Number(values.get('ATTUNE_PORT')) }]);
    });

    it('is admitted by the profile restricted, as its namespace asks', () => {
      const [namespace] = named('Namespace');
      expect(namespace.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
      expect(podSecurityFaults(overlayText(overlay))).toEqual([]);
    });

    it('names a version of every image', () => {
      for (const { pods } of deployments.values()) for (const { image } of pods.containers) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
    });

    it('probes the routes of health', () => {
      for (const { pods } of deployments.values()) {
        for (const { startupProbe, readinessProbe, livenessProbe } of pods.containers) {
          expect(startupProbe?.httpGet).toEqual({ path: '/health/ready', port: 'http' });
          expect(readinessProbe?.httpGet).toEqual({ path: '/health/ready', port: 'http' });
          expect(livenessProbe?.httpGet).toEqual({ path: '/health/live', port: 'http' });
        }
      }
    });

    it('lets nothing in or out but by name', () => {
      const denial = named('NetworkPolicy').find(({ metadata }) => metadata.name === 'deny-by-default');
      expect(denial?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    });
  });
});

describeUnlessMissing(KUSTOMIZE, 'the overlay production', () => {
  let objects: KubernetesObject[];
  const specs = (kind: string): unknown[] => objects.filter((object) => object.kind === kind).map(({ spec }) => spec);
  const scaled = (): ScaledObject[] => specs('ScaledObject') as ScaledObject[];

  beforeAll(() => {
    objects = buildOverlay('production');
  });

  it('makes the topics of the contracts, as npx nx run deploy-tool:topics writes them', () => {
    const made = objects.filter(({ kind }) => kind === 'KafkaTopic');
    expect(
      made.map(({ apiVersion, kind, metadata: { name, labels }, spec }) => ({ apiVersion, kind, metadata: { name, labels }, spec })),
    ).toEqual(kafkaTopics().sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1)));
  });

  it('scales each part by one scaler, and consumers to no more than their partitions', () => {
    const autoscaled = (specs('HorizontalPodAutoscaler') as ScaledObject[]).map(({ scaleTargetRef }) => scaleTargetRef.name);
    expect([...autoscaled, ...scaled().map(({ scaleTargetRef }) => scaleTargetRef.name)].sort()).toEqual([...SCALED].sort());
    for (const { maxReplicaCount, triggers } of scaled()) {
      const lags = triggers.filter(({ type }) => type === 'kafka');
      expect(lags.length).toBeGreaterThan(0);
      for (const { metadata } of lags) {
        const topic = Object.values(TOPICS).find(({ name }) => name === metadata['topic']);
        expect(maxReplicaCount).toBeLessThanOrEqual(topic?.partitions ?? 0);
      }
    }
    for (const name of SCALED) expect(deploymentsOf('production').get(name)?.object.spec).not.toHaveProperty('replicas');
  });

  it('watches consumer groups that the services have', () => {
    const code = SERVICES.flatMap((service) => sources(join(ROOT, `apps/${service}/src`))).join('\n');
    for (const { triggers } of scaled()) {
      for (const { type, metadata } of triggers) if (type === 'kafka') expect(code).toContain(`'${metadata['consumerGroup']}'`);
    }
  });

  it('lets every part in by a host of its own', () => {
    const routes = (specs('Ingress') as Ingress[]).flatMap(({ rules }) =>
      rules.flatMap(({ host, http }) => http.paths.map(({ backend }) => [host, backend.service.name])),
    );
    expect(routes.map(([, service]) => service).sort()).toEqual([...DEPLOYED].sort());
    expect(new Set(routes.map(([host]) => host)).size).toBe(DEPLOYED.length);
  });

  it('gives each database connections for as many replicas as scale up to, and one more while they are exchanged', () => {
    const most = new Map<string, number>([['trainer', 1]]);
    for (const { scaleTargetRef, maxReplicaCount, maxReplicas } of [...scaled(), ...(specs('HorizontalPodAutoscaler') as ScaledObject[])])
      most.set(scaleTargetRef.name, maxReplicaCount ?? maxReplicas ?? 0);
    for (const name of [...SERVICES, 'trainer']) {
      const cluster = objects.find(({ kind, metadata }) => kind === 'Cluster' && metadata.name === `${name}-database`);
      const { postgresql } = cluster?.spec as { postgresql?: { parameters: Record<string, string> } };
      const allowed = Number(postgresql?.parameters['max_connections'] ?? POSTGRES_CONNECTIONS);
      expect(((most.get(name) ?? 0) + 1) * CONNECTIONS).toBeLessThanOrEqual(allowed - RESERVED_CONNECTIONS);
    }
  });

  it('gives each service a database with backups, an account of Kafka and API keys', () => {
    for (const name of [...SERVICES, 'trainer']) {
      const has = (kind: string, object: string): boolean => objects.some((one) => one.kind === kind && one.metadata.name === object);
      expect({
        name,
        cluster: has('Cluster', `${name}-database`),
        store: has('ObjectStore', `${name}-backups`),
        backup: has('ScheduledBackup', `${name}-database`),
        kafka: has('KafkaUser', name),
        keys: has('ExternalSecret', `${name}-api-keys`),
      }).toEqual({ name, cluster: true, store: true, backup: true, kafka: true, keys: true });
    }
  });
});
