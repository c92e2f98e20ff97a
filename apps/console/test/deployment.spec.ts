import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deploymentsOf,
  describeUnlessMissing,
  environmentOf,
  kustomizeMissing,
  OVERLAY_NAMES,
  startService,
  type RunningService,
} from '@attune/testing';
import { consoleConfiguration } from '../server/configuration';
import { builtPage } from './running-console';

const ROOT = join(__dirname, '../../..');

describeUnlessMissing({ name: 'Kustomize', missing: kustomizeMissing() }, 'the manifests of the console', () => {
  it.each(OVERLAY_NAMES)('run it in the overlay %s with variables that it knows, and mount what it reads', (overlay) => {
    const { pods } = deploymentsOf(overlay).get('console') ?? {};
    const [container] = pods?.containers ?? [];
    const configuration = consoleConfiguration.loadConfiguration(environmentOf(container, {}));
    expect(container.args).toEqual(['apps/console/bin/console.js']);
    expect([configuration.host, configuration.port]).toEqual(['0.0.0.0', container.ports?.[0].containerPort]);
    const mounts = container.volumeMounts?.map(({ mountPath }) => `${mountPath}/`) ?? [];
    expect(mounts.some((mount) => configuration.apiKeysFile?.startsWith(mount))).toBe(true);
    expect(pods?.terminationGracePeriodSeconds).toBeGreaterThan(configuration.drainSeconds + configuration.shutdownSeconds);
  });
});

describe('what the image of the console holds', () => {
  let folder: string;
  let image: string;
  let service: RunningService | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-console-image-'));
    image = join(folder, 'console');
    const page = await builtPage();
    execFileSync('sh', [join(ROOT, 'deploy/docker/lay-out-console.sh'), image], {
      env: { ...process.env, CONSOLE_PAGE: page },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has neither the sources of the page nor what built it', () => {
    for (const absent of ['node_modules/react', 'node_modules/vite', 'apps/console/src'])
      expect([absent, existsSync(join(image, absent))]).toEqual([absent, false]);
  });

  it('has nothing that computes, keeps data or speaks to brokers: it serves files and hands requests on', () => {
    const packages = readdirSync(join(image, 'node_modules'), { recursive: true, encoding: 'utf8' });
    const ofOthers = /(^|\/)(onnxruntime-[a-z]+|@tensorflow|@huggingface|@xenova|sharp|@img|kafkajs|pg|@electric-sql|@aws-sdk)$/;
    expect(packages.filter((path) => ofOthers.test(path) && !path.includes('/dist/'))).toEqual([]);
    expect(readdirSync(join(image, 'libs')).sort()).toEqual(['contracts', 'errors', 'http-kit']);
  });

  it('is enough to serve the page', async () => {
    service = await startService(join(image, 'apps/console/bin/console.js'), {});
    expect((await service.request('GET', '/models')).body).toContain('<div id="root">');
  });
});
