import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Files in which Linux tells a process its CPU quota: control groups of version 2 and of version 1. */
export interface CpuQuotaFiles {
  max: string;
  quota: string;
  period: string;
}

const defaultFiles: CpuQuotaFiles = {
  max: '/sys/fs/cgroup/cpu.max',
  quota: '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
  period: '/sys/fs/cgroup/cpu/cpu.cfs_period_us',
};

/**
 * CPUs this process may keep busy: those it is scheduled on, or the container's quota rounded up where that is less.
 * Node itself learnt of quotas only after version 20.
 */
export function cpuLimit(files: CpuQuotaFiles = defaultFiles): number {
  const [quota, period] = (read(files.max) ?? `${read(files.quota) ?? 'max'} ${read(files.period) ?? ''}`).trim().split(/\s+/).map(Number);
  const limit = quota > 0 && period > 0 ? Math.ceil(quota / period) : Infinity;
  return Math.max(1, Math.min(availableParallelism(), limit));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
