import type { Pod, PodContainer, SecurityContext } from './pods';

/** A rule of the Pod Security Standards; `broken` says where a pod breaks it. */
interface Control {
  readonly name: string;
  readonly broken: (pod: Pod) => boolean;
}

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const SECCOMP = ['RuntimeDefault', 'Localhost'];
const SE_LINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

const containersOf = ({ spec }: Pod): PodContainer[] => [
  ...spec.containers,
  ...(spec.initContainers ?? []),
  ...(spec.ephemeralContainers ?? []),
];

const isWindows = ({ spec }: Pod): boolean => spec.os?.name === 'windows';

/** Whether the pod's own settings, or those of any of its containers, are such. */
const anywhere =
  (is: (context: SecurityContext) => boolean) =>
  (pod: Pod): boolean =>
    is(pod.spec.securityContext ?? {}) || inContainers(is)(pod);

const inContainers =
  (is: (context: SecurityContext) => boolean) =>
  (pod: Pod): boolean =>
    containersOf(pod).some(({ securityContext = {} }) => is(securityContext));

/** Whether a container lacks a setting that neither it nor its pod makes. */
const unset =
  (isSet: (context: SecurityContext) => boolean) =>
  (pod: Pod): boolean =>
    !isSet(pod.spec.securityContext ?? {}) && inContainers((context) => !isSet(context))(pod);

/**
 * The profile `restricted`, which holds `baseline`, rule by rule as of Kubernetes 1.32, 1.33 alike.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
const CONTROLS: readonly Control[] = [
  { name: 'HostProcess', broken: anywhere(({ windowsOptions }) => windowsOptions?.hostProcess === true) },
  { name: 'Host Namespaces', broken: ({ spec }) => [spec.hostNetwork, spec.hostPID, spec.hostIPC].includes(true) },
  { name: 'Privileged Containers', broken: inContainers(({ privileged }) => privileged === true) },
  {
    name: 'Capabilities',
    broken: (pod) =>
      !isWindows(pod) &&
      inContainers(
        ({ capabilities }) =>
          capabilities?.drop?.includes('ALL') !== true || (capabilities.add ?? []).some((name) => name !== 'NET_BIND_SERVICE'),
      )(pod),
  },
  {
    name: 'Host Ports',
    broken: (pod) => containersOf(pod).some(({ ports }) => (ports ?? []).some(({ hostPort }) => (hostPort ?? 0) !== 0)),
  },
  {
    name: 'AppArmor',
    broken: (pod) =>
      anywhere(({ appArmorProfile }) => appArmorProfile?.type === 'Unconfined')(pod) ||
      Object.entries(pod.metadata?.annotations ?? {}).some(
        ([key, value]) =>
          key.startsWith(APP_ARMOR_ANNOTATION) && !(value === '' || value === 'runtime/default' || value.startsWith('localhost/')),
      ),
  },
  {
    name: 'SELinux',
    broken: anywhere(
      ({ seLinuxOptions: { type = '', user = '', role = '' } = {} }) => !SE_LINUX_TYPES.includes(type) || user !== '' || role !== '',
    ),
  },
  { name: '/proc Mount Type', broken: inContainers(({ procMount = 'Default' }) => procMount !== 'Default') },
  { name: 'Sysctls', broken: ({ spec }) => (spec.securityContext?.sysctls ?? []).some(({ name }) => !SYSCTLS.includes(name)) },
  {
    name: 'Volume Types',
    broken: ({ spec }) =>
      (spec.volumes ?? []).some((volume) => Object.keys(volume).some((key) => key !== 'name' && !VOLUMES.includes(key))),
  },
  {
    name: 'Privilege Escalation',
    broken: (pod) => !isWindows(pod) && inContainers(({ allowPrivilegeEscalation }) => allowPrivilegeEscalation !== false)(pod),
  },
  {
    name: 'Running as Non-root',
    broken: (pod) =>
      inContainers(({ runAsNonRoot }) => runAsNonRoot === false)(pod) || unset(({ runAsNonRoot }) => runAsNonRoot === true)(pod),
  },
  { name: 'Running as Non-root user', broken: anywhere(({ runAsUser }) => runAsUser === 0) },
  {
    name: 'Seccomp',
    broken: (pod) =>
      !isWindows(pod) &&
      (anywhere(({ seccompProfile }) => seccompProfile?.type !== undefined && !SECCOMP.includes(seccompProfile.type))(pod) ||
        unset(({ seccompProfile }) => seccompProfile?.type !== undefined)(pod)),
  },
];

/** The rules of the profile `restricted` that a pod breaks, by the standard's own names. */
export function brokenControls(pod: Pod): string[] {
  return CONTROLS.filter(({ broken }) => broken(pod)).map(({ name }) => name);
}
