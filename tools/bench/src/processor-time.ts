import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time, in user and system mode. */
export interface ProcessorTime {
  /** Of the thread that a process begins with: of Node, the one with the event loop. */
  readonly main: number;
  /** Of all other threads of the process. */
  readonly others: number;
  /** Of processes that it began, those that ended included. */
  readonly children: number;
}

/** Ticks in a second of the times that Linux tells of processes (USER_HZ). */
const TICKS = 100;

/** The processor time of a process so far; zeros where the system does not tell. Linux only. */
export function processorTimeOf(pid: number): ProcessorTime {
  const own = timesOf(`/proc/${pid}/stat`);
  if (own === undefined) return { main: 0, others: 0, children: 0 };
  const main = timesOf(`/proc/${pid}/task/${pid}/stat`)?.used ?? own.used;
  const children = namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => timesOf(`/proc/${name}/stat`))
    .reduce((sum, times) => sum + (times?.parent === pid ? times.used + times.ended : 0), own.ended);
  return { main, others: own.used - main, children };
}

/** What was used between two looks. Files of a look are read one after the other, so that a tick may pass between them: no part is below 0. */
export function timeBetween(before: ProcessorTime, after: ProcessorTime): ProcessorTime {
  const between = (part: keyof ProcessorTime): number => Math.max(0, after[part] - before[part]);
  return { main: between('main'), others: between('others'), children: between('children') };
}

/** Fields 4 and 14 to 17 of proc_pid_stat(5); undefined where it has ended, and on other systems than Linux. */
function timesOf(path: string): { parent: number; used: number; ended: number } | undefined {
  try {
    const stat = readFileSync(path, 'utf8');
    // The program's name, in parentheses, may hold spaces; what follows it starts with the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map((ticks) => Number(ticks) / TICKS);
    return { parent: Number(fields[1]), used: user + system, ended: endedUser + endedSystem };
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
