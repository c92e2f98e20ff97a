import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { END_WITH_PARENT } from '../attune-process';

/** A service in a process of its own. */
export interface ServiceProcess {
  readonly url: string;
  /** Resolves when it has ended by itself, with its last words. */
  readonly ended: Promise<string>;
  /** Ends it in order, and waits. */
  stop(): Promise<void>;
}

const READY_SECONDS = 60;
const POLL_MS = 200;
/** Lines of its log that are kept for the case that it ends. */
const LAST_LINES = 20;

/**
 * Starts a service on this machine, and waits until it is ready.
 *
 * @param program its entry, a JavaScript file
 * @param port to listen on; 0 is a free one
 * @param environment all variables that it sees
 * @throws AttuneError `dependency-unavailable` with its last words where it ends or is not ready in time
 */
export async function startService(
  program: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  port = 0,
): Promise<ServiceProcess> {
  const { AttuneError } = await import('@attune/artifact');
  // In a group of its own, so that Ctrl-C reaches it once: through `stop`.
  const child = spawn(process.execPath, ['-r', END_WITH_PARENT, program], {
    env: { ...environment, ATTUNE_HOST: '127.0.0.1', ATTUNE_PORT: String(port), LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const killed = (): boolean => child.kill('SIGKILL');
  process.once('exit', killed);
  const words: string[] = [];
  const listening = new Promise<string>((resolve) => follow(child, words, resolve));
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(words.join('\n'))));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', killed);
  };
  const late = AbortSignal.any([signal, AbortSignal.timeout(READY_SECONDS * 1_000)]);
  try {
    const url = await Promise.race([listening, ended.then(() => undefined), aborted(late)]);
    if (url !== undefined) {
      await untilReady(url, late);
      return { url, ended, stop };
    }
  } catch (error) {
    await stop();
    if (signal.aborted) throw error;
  }
  throw new AttuneError('dependency-unavailable', `The service did not become ready.\n${words.join('\n')}`);
}

/** Keeps the last lines, and finds the address among them. */
function follow(child: ChildProcess, words: string[], onListening: (url: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      words.push(line);
      if (words.length > LAST_LINES) words.shift();
      const url = /"url":"(http:[^"]+)"/.exec(line)?.[1];
      if (url !== undefined) onListening(url);
    });
  }
}

async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ready = await fetch(`${url}/health/ready`, { signal }).catch(() => undefined);
    await ready?.body?.cancel();
    if (ready?.ok === true) return;
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted')), { once: true });
  });
}
