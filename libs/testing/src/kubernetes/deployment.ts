import { buildOverlay, type KubernetesObject, type OverlayName } from './overlay';

/** A container of a Deployment, as far as specs look at it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly resources?: { readonly requests?: Readonly<Record<string, string>>; readonly limits?: Readonly<Record<string, string>> };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number };
}

/** The pods of a Deployment. */
export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

/** The Deployments of an overlay by name. */
export function deploymentsOf(overlay: OverlayName): Map<string, { object: KubernetesObject; pods: PodSpec }> {
  const deployments = buildOverlay(overlay).filter(({ kind }) => kind === 'Deployment');
  return new Map(
    deployments.map((object) => [object.metadata.name, { object, pods: (object.spec as { template: { spec: PodSpec } }).template.spec }]),
  );
}

/**
 * The environment that a container of an overlay starts with, what comes from Secrets replaced by samples.
 *
 * @param samples by the name of the variable
 */
export function environmentOf({ env = [] }: Container, samples: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const given = valueFrom === undefined ? value : samples[name];
      if (given === undefined) throw new Error(`${name} has neither a value nor a sample.`);
      return [name, given];
    }),
  );
}
