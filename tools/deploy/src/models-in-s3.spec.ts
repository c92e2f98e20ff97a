import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { join } from 'node:path';
import type { Container, KubernetesObject, PodSpec } from '@attune/testing';
import { parseAllDocuments } from 'yaml';

const OVERLAY = join(__dirname, '../../../deploy/kubernetes/overlays/production-s3');
const SERVICES = ['customer-service', 'recommender', 'sentiment-monitor', 'trainer'];

interface Deployment extends KubernetesObject {
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

type Configured = Container & { readonly envFrom: readonly { readonly configMapRef?: { readonly name: string } }[] };

function build(): KubernetesObject[] {
  const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 };
  let text: string;
  try {
    text = execFileSync('kustomize', ['build', OVERLAY], options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    text = execFileSync('kubectl', ['kustomize', OVERLAY], options);
  }
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

describe('the component models-in-s3', () => {
  const objects = build();
  const deployments = objects.filter((object): object is Deployment => object.kind === 'Deployment');
  const settings = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('model-store-'));

  it('needs no volume that many nodes can mount', () => {
    expect(objects.filter(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === 'models')).toEqual([]);
    expect(JSON.stringify(objects)).not.toContain('ReadWriteMany');
    const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name);
    const claimed = [...JSON.stringify(deployments).matchAll(/"claimName":"([^"]+)"/g)].map(([, name]) => name);
    for (const name of claimed) expect(claims).toContain(name);
  });

  it('names the bucket to every service, and a folder for versions that can be written', () => {
    expect(settings).toMatchObject({
      data: { ATTUNE_MODELS: expect.stringMatching(/^s3:\/\/[\w-]+\/\w+$/), AWS_REGION: expect.any(String) },
    });
    const services = deployments.filter(({ metadata }) => SERVICES.includes(metadata.name));
    expect(services.map(({ metadata }) => metadata.name).sort()).toEqual(SERVICES);
    for (const { spec } of services) {
      const { containers, volumes } = spec.template.spec;
      const { env = [], envFrom, volumeMounts = [] } = containers[0] as Configured;
      expect(envFrom).toContainEqual({ configMapRef: { name: settings?.metadata.name } });
      expect(env.map(({ name }) => name)).not.toContain('ATTUNE_MODELS');
      expect(env).toContainEqual({ name: 'ATTUNE_MODEL_CACHE', value: '/models' });
      expect(volumeMounts).toContainEqual({ name: 'models', mountPath: '/models', readOnly: false });
      expect(volumes).toContainEqual({ name: 'models', emptyDir: { sizeLimit: '2Gi' } });
    }
  });

  it('lets the services reach it', () => {
    const policy = objects.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'models-out');
    expect(policy?.spec).toMatchObject({ policyTypes: ['Egress'], egress: [{ ports: [{ protocol: 'TCP', port: 443 }] }] });
  });
});
