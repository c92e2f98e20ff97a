import { readFileSync } from 'node:fs';

/** What a process has used so far, or holds now. */
export interface ProcessUsage {
  /** Processor time of all its threads since its start, in seconds. */
  cpuSeconds: number;
  /** Resident memory in bytes. */
  memory: number;
}

/** Ticks of a second in which Linux counts processor time for user space, on every architecture (`USER_HZ`). */
const TICKS = 100;
/** Fields of /proc/PID/stat behind the name, which may hold anything: user time, system time, resident pages. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Reads it from /proc; Linux only. */
export function processUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuSeconds: (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS,
    memory: 1_024 * Number(kilobytes),
  };
}
