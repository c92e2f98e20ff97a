import { buildOverlay, deploymentsOf, describeDeployment, describeUnlessMissing, kustomizeMissing, OVERLAY_NAMES } from '@attune/testing';
import { trainerConfiguration } from '../src/configuration';

describeDeployment('trainer', trainerConfiguration, { writesModels: true });

describeUnlessMissing({ name: 'Kustomize', missing: kustomizeMissing() }, 'the deployment of the trainer', () => {
  it.each(OVERLAY_NAMES)('is of one at a time in the overlay %s, with files that outlive it', (overlay) => {
    const { object, pods } = deploymentsOf(overlay).get('trainer') ?? {};
    expect(object?.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const [{ env = [], volumeMounts = [] }] = pods?.containers ?? [];
    const folder = env.find(({ name }) => name === 'ATTUNE_TRAINING_FILES')?.value;
    const mount = volumeMounts.find(({ mountPath }) => mountPath === folder);
    const volume = pods?.volumes?.find(({ name }) => name === mount?.name) as { persistentVolumeClaim: { claimName: string } };
    const claims = buildOverlay(overlay).filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims.map(({ metadata }) => metadata.name)).toContain(volume.persistentVolumeClaim.claimName);
  });

  it('updates heads every night in production, and lets somebody promote what passes', () => {
    const [{ env = [] }] = deploymentsOf('production').get('trainer')?.pods.containers ?? [];
    const valueOf = (variable: string): string | undefined => env.find(({ name }) => name === variable)?.value;
    expect(valueOf('ATTUNE_UPDATE_SCHEDULE')).toMatch(/^\d+ \d+ \* \* \*$/);
    expect(valueOf('ATTUNE_UPDATE_PROMOTE')).toBe('ask');
  });

  it.each(OVERLAY_NAMES)('gives a training of the overlay %s the time to note how far it is', (overlay) => {
    const [{ env = [] }] = deploymentsOf(overlay).get('trainer')?.pods.containers ?? [];
    const seconds = (variable: string): number => Number(env.find(({ name }) => name === variable)?.value);
    expect(seconds('ATTUNE_SHUTDOWN_SECONDS')).toBeGreaterThan(seconds('ATTUNE_CANCEL_SECONDS'));
  });
});
