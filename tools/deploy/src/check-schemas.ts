import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { runProgram } from './run-program';
import { ensureSchemas, FILE_TEMPLATE } from './schemas/kubernetes-schemas';
import { KUBERNETES_VERSION } from './schemas/sources';

/** How kubeconform is had. */
export const KUBECONFORM = { program: 'kubeconform', remedy: 'go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0' };

interface Verdict {
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly msg: string;
}

/**
 * What a cluster with the operators would refuse, or silently drop, of these manifests: a line each, none where all is
 * valid. An object without a schema counts, too.
 *
 * @param manifests YAML, several documents
 * @throws AttuneError `setup-missing` where kubeconform is missing, or the schemas cannot be had
 */
export async function schemaFaults(manifests: string): Promise<string[]> {
  const schemas = join(await ensureSchemas(), FILE_TEMPLATE);
  const { missing, stdout, stderr } = await runProgram(
    KUBECONFORM.program,
    ['-strict', '-verbose', '-output', 'json', '-kubernetes-version', KUBERNETES_VERSION, '-schema-location', schemas],
    undefined,
    manifests,
  );
  if (missing) throw new AttuneError('setup-missing', 'kubeconform is missing.', { remedy: KUBECONFORM.remedy });
  const verdicts = (JSON.parse(stdout || '{}') as { resources?: Verdict[] }).resources;
  if (verdicts === undefined || verdicts.length === 0) throw new AttuneError('bad-data', `kubeconform found no object. ${stderr}`);
  return verdicts
    .filter(({ status }) => status !== 'statusValid')
    .map(
      ({ kind, name, status, msg }) => `${kind} ${name}: ${msg === '' ? status : msg.replace(/^problem validating schema.*?' - /s, '')}`,
    );
}
