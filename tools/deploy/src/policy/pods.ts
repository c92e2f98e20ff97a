/** Settings of security of a pod or a container, as far as policies speak of them. */
export interface SecurityContext {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly procMount?: string;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: { readonly type?: string };
  readonly appArmorProfile?: { readonly type?: string };
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  readonly sysctls?: readonly { readonly name: string }[];
}

export interface PodContainer {
  readonly name: string;
  readonly securityContext?: SecurityContext;
  readonly ports?: readonly { readonly hostPort?: number }[];
}

export interface Pod {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly os?: { readonly name?: string };
    readonly automountServiceAccountToken?: boolean;
    readonly securityContext?: SecurityContext;
    readonly containers: readonly PodContainer[];
    readonly initContainers?: readonly PodContainer[];
    readonly ephemeralContainers?: readonly PodContainer[];
    readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  };
}

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The pods that objects make: of Deployments, StatefulSets, DaemonSets, Jobs, CronJobs, and those that stand alone. */
export function podsOf(objects: readonly Workload[]): { owner: string; pod: Pod }[] {
  return objects.flatMap((object) => {
    const pod = podOf(object);
    return pod === undefined ? [] : [{ owner: `${object.kind} ${object.metadata.name}`, pod }];
  });
}

function podOf(object: Workload): Pod | undefined {
  const spec = object.spec as { template?: Pod; jobTemplate?: { spec: { template: Pod } } } | undefined;
  if (object.kind === 'Pod') return object as unknown as Pod;
  if (object.kind === 'CronJob') return spec?.jobTemplate?.spec.template;
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(object.kind) ? spec?.template : undefined;
}
