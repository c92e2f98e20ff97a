import { AttuneError } from '@attune/artifact';
import { runProgram } from '../run-program';
import { KUBERNETES_VERSION } from '../schemas/sources';

/** How kube-score is had. */
export const KUBE_SCORE = { program: 'kube-score', remedy: 'go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0' };

/** What kube-score asks for that these manifests do in another way, with the reason. */
const IGNORED: Readonly<Record<string, string>> = {
  'container-image-pull-policy':
    'Images have tags of versions, which never move; Always would keep nodes from starting pods while the registry is away.',
  'deployment-has-host-podantiaffinity': 'Pods are spread by topologySpreadConstraints, which place them even where nodes are few.',
  'deployment-replicas': 'KEDA says how many, which kube-score does not know; a spec looks at the scalers.',
};

/** The best grade of a check. */
const FINE = 10;

interface ScoredObject {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string; readonly name: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly summary: string }[] | null;
  }[];
}

/**
 * What kube-score finds wrong with manifests: containers without limits or probes, selectors that meet nothing, images
 * without a version. A line each, none where all is well.
 *
 * @param manifests YAML, several documents
 * @throws AttuneError `setup-missing` where kube-score is missing
 */
export async function practiceFaults(manifests: string): Promise<string[]> {
  const version = `v${KUBERNETES_VERSION.split('.').slice(0, 2).join('.')}`;
  const ignored = Object.keys(IGNORED).flatMap((id) => ['--ignore-test', id]);
  const parameters = ['score', '--kubernetes-version', version, '--output-format', 'json', ...ignored, '-'];
  const { missing, stdout, stderr } = await runProgram(KUBE_SCORE.program, parameters, undefined, manifests);
  if (missing) throw new AttuneError('setup-missing', 'kube-score is missing.', { remedy: KUBE_SCORE.remedy });
  if (stdout.trim() === '') throw new AttuneError('bad-data', `kube-score could not read the manifests. ${stderr}`);
  // Null where it knows none of the kinds.
  const objects = (JSON.parse(stdout) as ScoredObject[] | null) ?? [];
  return objects.flatMap(({ type_meta: { kind }, object_meta: { name }, checks }) =>
    checks
      .filter(({ grade, skipped }) => !skipped && grade < FINE)
      .map(({ check, comments }) => `${kind} ${name}: ${check.id}: ${comments?.map(({ summary }) => summary).join('; ') ?? check.name}`),
  );
}
