import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from '@attune/contracts';
import { buildOverlay, deploymentsOf, describeUnlessMissing, kustomizeMissing, type KubernetesObject } from '@attune/testing';
import { z } from 'zod';
import { SERVICES } from '../src/scale/scale-ground';
import { NODE_FLAGS } from '../src/service-process';
import { ASSUMPTIONS, capacities, readCostTable, sumTable } from '../src/scale/sums';

const page = readFileSync(join(__dirname, '../../../docs/scale.md'), 'utf8');
const costs = readCostTable(page);
const needs = capacities(costs, ASSUMPTIONS);

/** An autoscaler: a HorizontalPodAutoscaler or one of KEDA. */
const scalerSchema = z.object({
  scaleTargetRef: z.object({ name: z.string() }),
  minReplicas: z.number().optional(),
  maxReplicas: z.number().optional(),
  minReplicaCount: z.number().optional(),
  maxReplicaCount: z.number().optional(),
});
const clusterSchema = z.object({ resources: z.object({ limits: z.object({ cpu: z.string() }) }) });

it('adds up by the costs that it names', () => {
  expect(page).toContain(sumTable(costs, ASSUMPTIONS));
});

describeUnlessMissing({ name: 'Kustomize', missing: kustomizeMissing() }, 'production', () => {
  const specOf = (name: string, ...kinds: string[]): unknown =>
    buildOverlay('production').find((object: KubernetesObject) => kinds.includes(object.kind) && object.metadata.name === name)?.spec;

  it.each(SERVICES)('has replicas of the %s enough for what the page asks', (service) => {
    const { minReplicas, maxReplicas, minReplicaCount, maxReplicaCount, scaleTargetRef } = scalerSchema.parse(
      specOf(service, 'ScaledObject', 'HorizontalPodAutoscaler'),
    );
    expect(scaleTargetRef.name).toBe(service);
    expect(maxReplicas ?? maxReplicaCount).toBeGreaterThanOrEqual(needs[service].replicas);
    expect(minReplicas ?? minReplicaCount).toBe(ASSUMPTIONS.fewest);
  });

  it.each(SERVICES)('starts the %s as it was measured', (service) => {
    const [container] = deploymentsOf('production').get(service)?.pods.containers ?? [];
    expect(container.args).toEqual([...NODE_FLAGS[service], `apps/${service}/bin/${service}.js`]);
  });

  it.each(SERVICES)('lets the database of the %s take the cores that the page asks', (service) => {
    const { resources } = clusterSchema.parse(specOf(`${service}-database`, 'Cluster'));
    expect(Number(resources.limits.cpu)).toBeGreaterThanOrEqual(needs[service].databaseSize);
  });
});

it('asks for no more recommenders than there are partitions', () => {
  expect(needs.recommender.replicas).toBeLessThanOrEqual(TOPICS.behaviourEvents.partitions);
  expect(needs['sentiment-monitor'].replicas).toBeLessThanOrEqual(TOPICS.marketDocuments.partitions);
});
