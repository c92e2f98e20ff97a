import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileErrorCode } from '@attune/artifact';

const POLL = 20;
/** Milliseconds that a server gets to end by itself. */
const STOP_TIMEOUT = 10_000;

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
    throw error;
  }
}

/** A process that has ended stays as a zombie where its parent, which may be the container's first process, never asks for it. */
async function isRunning(pid: number): Promise<boolean> {
  if (!sendSignal(pid, 0)) return false;
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(state);
}
