import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileErrorCode } from '@attune/artifact';
import { runProgram } from './programs';

const POLL = 50;
/** Milliseconds that a node gets to close its logs. */
const STOP_TIMEOUT = 30_000;

/** Whether a process is the Kafka node of a data folder, and not another that got its id since. */
export async function isNodeOf(pid: number, dataFolder: string): Promise<boolean> {
  if (!(await isRunning(pid))) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(
    async () => (await runProgram('ps', ['-p', String(pid), '-o', 'command='])).output,
  );
  return command.includes('kafka.Kafka') && command.includes(dataFolder);
}

/** Asks a process to end, waits until it has, and kills it where it does not. */
export async function endProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (!sendSignal(pid, signal)) return;
  const deadline = Date.now() + STOP_TIMEOUT;
  while (await isRunning(pid)) {
    if (Date.now() > deadline && !sendSignal(pid, 'SIGKILL')) return;
    await sleep(POLL);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (fileErrorCode(error) === 'ESRCH') return false;
    // Somebody else's process: it is there, and this one may not touch it.
    if (fileErrorCode(error) === 'EPERM' && signal === 0) return true;
    throw error;
  }
}

/** A process that has ended stays as a zombie where its parent, which may be the container's first process, never asks for it. */
async function isRunning(pid: number): Promise<boolean> {
  if (!sendSignal(pid, 0)) return false;
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(state);
}
