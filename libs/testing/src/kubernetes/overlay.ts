import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { MissingPart } from '../real-component';

const OVERLAYS = join(__dirname, '../../../../deploy/kubernetes/overlays');

/** An object as a cluster takes it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

const SERVING = ['local', 'production'] as const;
const TRAINING = ['example-heads', 'training', 'training-gpu'] as const;
export type OverlayName = (typeof SERVING)[number] | (typeof TRAINING)[number];
/** The overlays that deploy the services. */
export const OVERLAY_NAMES: readonly OverlayName[] = SERVING;
/** The overlays of trainings that run once, or by the clock. */
export const TRAINING_OVERLAY_NAMES: readonly OverlayName[] = TRAINING;

const built = new Map<OverlayName, string>();

/**
 * The manifests of an overlay as Kustomize builds them, by `kustomize` or the one in `kubectl`.
 *
 * @returns YAML, several documents
 * @throws Error with what it says where it fails, or is absent
 */
export function overlayText(name: OverlayName): string {
  const known = built.get(name);
  if (known !== undefined) return known;
  const folder = join(OVERLAYS, name);
  const text = run('kustomize', ['build', folder]) ?? run('kubectl', ['kustomize', folder]);
  if (text === undefined) throw new Error('Neither kustomize nor kubectl is installed, and the manifests cannot be built without.');
  built.set(name, text);
  return text;
}

/** The objects of an overlay. @throws as {@link overlayText} */
export function buildOverlay(name: OverlayName): KubernetesObject[] {
  return parseAllDocuments(overlayText(name)).map((document) => document.toJS() as KubernetesObject);
}

/** What keeps the overlays from being built on this machine. */
export function kustomizeMissing(): MissingPart | undefined {
  if (run('kustomize', ['version']) !== undefined || run('kubectl', ['version', '--client']) !== undefined) return undefined;
  return { reason: 'there is neither kustomize nor kubectl.', remedy: 'go install sigs.k8s.io/kustomize/kustomize/v5@v5.5.0' };
}

/** Undefined where there is no such program. */
function run(program: string, parameters: string[]): string | undefined {
  try {
    return execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 26 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
