import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeUnlessMissing } from '../real-component';
import { deploymentsOf, environmentOf, type Container, type PodSpec } from './deployment';
import { kustomizeMissing, OVERLAY_NAMES } from './overlay';

const ROOT = join(__dirname, '../../../..');
const SECRETS = { DATABASE_URL: 'postgresql://attune:secret@database:5432/attune' };

/** What a manifest must agree with of a service's configuration. */
export interface DeployedConfiguration {
  /** Whose heads it serves; absent from one that serves none. */
  readonly app?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly models: string;
  readonly dataDirectory?: string | undefined;
  readonly apiKeysFile?: string | undefined;
  readonly kafkaBrokers?: readonly string[] | undefined;
  readonly kafkaSslCaFile?: string | undefined;
  readonly kafkaSslCertFile?: string | undefined;
  readonly kafkaSslKeyFile?: string | undefined;
  readonly drainSeconds: number;
  readonly shutdownSeconds: number;
}

/**
 * Specs of the manifests of a service: that they fit its code.
 *
 * @param loadConfiguration the service's own, which refuses variables that it does not know
 * @param writesModels whether it writes the model store, which others only read
 * @param nodeFlags flags of Node that it is started with, in the README as well
 */
export function describeDeployment(
  app: string,
  { loadConfiguration }: { loadConfiguration(environment: Record<string, string>): DeployedConfiguration },
  { writesModels = false, nodeFlags = [] }: { readonly writesModels?: boolean; readonly nodeFlags?: readonly string[] } = {},
): void {
  describeUnlessMissing({ name: 'Kustomize', missing: kustomizeMissing() }, `the manifests of ${app}`, () => {
    describe.each(OVERLAY_NAMES)('the deployment in the overlay %s', (overlay) => {
      let pods: PodSpec | undefined;
      let container: Container;
      let configuration: DeployedConfiguration;

      beforeAll(() => {
        pods = deploymentsOf(overlay).get(app)?.pods;
        [container] = pods?.containers ?? [];
        configuration = loadConfiguration(environmentOf(container, SECRETS));
      });

      it('runs this service, and sets only variables that it knows, to values that it takes', () => {
        expect(configuration.app ?? app).toBe(app);
        const program = `apps/${app}/bin/${app}.js`;
        expect(container.args).toEqual([...nodeFlags, program]);
        expect(existsSync(join(ROOT, program))).toBe(true);
        if (nodeFlags.length > 0) expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`node ${nodeFlags.join(' ')} ${program}`);
      });

      it('opens the port that the service listens on', () => {
        expect(container.ports).toEqual([{ name: 'http', containerPort: configuration.port }]);
        expect(configuration.host).toBe('0.0.0.0');
      });

      it('mounts what the service reads and writes', () => {
        const mounts = new Map(container.volumeMounts?.map(({ mountPath, readOnly }) => [mountPath, readOnly ?? false]));
        const isMounted = (path: string | undefined): boolean =>
          path !== undefined && [...mounts.keys()].some((mount) => path.startsWith(`${mount}/`));
        expect(mounts.get(configuration.models)).toBe(!writesModels);
        expect(isMounted(configuration.apiKeysFile)).toBe(true);
        if (overlay === 'local') expect(mounts.get(configuration.dataDirectory ?? '')).toBe(false);
        else {
          expect(configuration.kafkaBrokers).toHaveLength(1);
          for (const file of [configuration.kafkaSslCaFile, configuration.kafkaSslCertFile, configuration.kafkaSslKeyFile])
            expect(isMounted(file)).toBe(true);
        }
      });

      it('gives the service the time that it takes to drain and to shut down', () => {
        expect(pods?.terminationGracePeriodSeconds).toBeGreaterThan(configuration.drainSeconds + configuration.shutdownSeconds);
      });
    });
  });
}
