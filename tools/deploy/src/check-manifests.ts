import { parseAllDocuments } from 'yaml';
import { schemaFaults } from './check-schemas';
import { brokenControls } from './policy/pod-security';
import { podsOf } from './policy/pods';
import { practiceFaults } from './policy/practices';

/**
 * Everything that is known to be wrong with manifests before a cluster sees them: fields that no schema knows, pods that
 * the profile `restricted` does not admit, and habits that go wrong in production. A line each, none where all is well.
 *
 * @param manifests YAML, several documents, as `kubectl kustomize` prints them
 * @throws AttuneError `setup-missing` where a program is missing that looks
 */
export async function manifestFaults(manifests: string): Promise<string[]> {
  return [...(await schemaFaults(manifests)), ...podSecurityFaults(manifests), ...(await practiceFaults(manifests))];
}

/** The rules of the profile `restricted` that the pods of these manifests break, and accounts' tokens that they mount. */
export function podSecurityFaults(manifests: string): string[] {
  const objects = parseAllDocuments(manifests).map((document) => document.toJS() as Parameters<typeof podsOf>[0][number]);
  return podsOf(objects).flatMap(({ owner, pod }) => [
    ...brokenControls(pod).map((control) => `${owner}: breaks the profile restricted: ${control}`),
    ...(pod.spec.automountServiceAccountToken === false ? [] : [`${owner}: mounts the token of its service account`]),
  ]);
}
