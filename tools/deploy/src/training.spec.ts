import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildOverlay,
  describeUnlessMissing,
  kustomizeMissing,
  TRAINING_OVERLAY_NAMES,
  type Container,
  type OverlayName,
} from '@attune/testing';

const ROOT = join(__dirname, '../../..');
/** What Kubernetes puts in the place of variables in arguments; the name of the Job comes from a label. */
const VARIABLES = { HEAD: 'customer-service', VERSION: 'train-weekly-29384700' };

interface PodTemplate {
  readonly spec: { readonly initContainers?: readonly Container[]; readonly containers: readonly Container[] };
}
type JobSpec = { readonly template: PodTemplate } | { readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } } };

/** The containers of the Jobs and CronJobs of an overlay. */
function containersOf(overlay: OverlayName): Container[] {
  return buildOverlay(overlay)
    .filter(({ kind }) => ['Job', 'CronJob'].includes(kind))
    .flatMap(({ spec }) => {
      const job = spec as unknown as JobSpec;
      const { spec: pod } = 'template' in job ? job.template : job.jobTemplate.spec.template;
      return [...(pod.initContainers ?? []), ...pod.containers];
    });
}

describeUnlessMissing({ name: 'Kustomize', missing: kustomizeMissing() }, 'trainings by the clock', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-training-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs what a container would, in this checkout: with volumes elsewhere, and the example rows for rows of yours. */
  const run = (container: Container, ...more: string[]): { status: number | null; stdout: string; stderr: string } => {
    const args = (container.args ?? []).map((text) =>
      text
        .replace(/\$\((\w+)\)/g, (_, name: keyof typeof VARIABLES) => VARIABLES[name])
        .replace(/\/rows\/([\w-]+)\//, 'apps/$1/head/')
        .replace(/=\/(models|tmp)/, `=${folder}/$1`),
    );
    return spawnSync(process.execPath, [...args, ...more], { cwd: ROOT, encoding: 'utf8' });
  };

  it('are begun with what attune train takes, and write to the model store', () => {
    const trainings = TRAINING_OVERLAY_NAMES.flatMap((overlay) => containersOf(overlay).filter(({ name }) => name === 'train'));
    expect(trainings).toHaveLength(7);
    // Those of own rows are alike.
    const different = new Map(trainings.map((training) => [training.args?.join(' '), training]));
    expect(different.size).toBe(4);
    for (const training of different.values()) {
      // Flags and configuration are read, and nothing is trained.
      expect(run(training, '--print-config')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^encoder:/m) as string });
    }
    for (const { args, volumeMounts } of trainings) {
      expect(args?.some((text) => text.startsWith('--out=/models/'))).toBe(true);
      expect(volumeMounts).toContainEqual({ name: 'models', mountPath: '/models' });
    }
  });

  it('update what serves by the rows that lie there, and let nothing serve that the gate stops', () => {
    const updates = containersOf('training').filter(({ name }) => name === 'update');
    expect(updates).toHaveLength(1);
    const [{ args, volumeMounts }] = updates;
    expect(args).toEqual(expect.arrayContaining(['--promote', expect.stringMatching(/^--golden=/) as string]));
    expect(volumeMounts).toContainEqual({ name: 'models', mountPath: '/models' });
    // The command is understood; only nothing serves yet.
    expect(run(updates[0])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('No version of customer-service was promoted') as string,
    });
  });

  it('simulate the readers whom the head of the recommender learns from', () => {
    const containers = containersOf('example-heads');
    const readers = containers.find(({ name }) => name === 'readers');
    expect(readers === undefined ? undefined : run(readers, '--weeks=2').status).toBe(0);
    expect(readdirSync(join(folder, 'tmp/readers'))).toEqual(['events.csv']);
    expect(containers.some(({ args }) => args?.includes('--events=/tmp/readers/events.csv'))).toBe(true);
  });

  it('let the first heads serve, and no others', () => {
    const promotions = containersOf('example-heads').filter(({ name }) => name === 'promote');
    expect(promotions).toHaveLength(3);
    for (const promotion of promotions) {
      // The command is understood; only the version is not there.
      const { status, stderr } = run(promotion);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('example') as string });
    }
    for (const overlay of ['training', 'training-gpu'] as const) {
      expect(containersOf(overlay).filter(({ args }) => args?.includes('promote'))).toEqual([]);
    }
  });

  it('run on a GPU in the image with CUDA, and only there', () => {
    for (const { image, resources } of containersOf('training-gpu')) {
      expect(image).toMatch(/\/trainer-cuda:\d+\.\d+\.\d+$/);
      expect(resources?.limits).toMatchObject({ 'nvidia.com/gpu': 1 });
    }
    for (const { image, resources } of containersOf('training')) {
      expect(image).toMatch(/\/trainer:\d+\.\d+\.\d+$/);
      expect(resources?.limits).not.toHaveProperty(['nvidia.com/gpu']);
    }
  });
});
