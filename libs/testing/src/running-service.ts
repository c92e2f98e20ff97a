import { spawn, type ChildProcess } from 'node:child_process';
import { compiledProgram } from './compiled-workspace';

/** A service that runs as a process of its own. */
export interface RunningService {
  readonly url: string;
  readonly child: ChildProcess;
  /** Lines of its log, as they come. */
  readonly log: Record<string, unknown>[];
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
  /** Ends it with a signal and waits. @returns its exit status */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a service, compiled, on a free port of loopback, and waits until it is ready. It sees these variables alone.
 *
 * @param program its entry, a JavaScript file of the sources or of an image
 * @throws Error with the end of its log where it ends before
 */
export async function startService(program: string, environment: Record<string, string>): Promise<RunningService> {
  const { child, log, ended } = spawnService(await compiledProgram(program), environment);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const listening = log.find(({ msg }) => msg === 'the service listens');
      if (listening !== undefined) resolve(String(listening.url));
    });
    void ended.then(() => reject(new Error(`The service ended: ${JSON.stringify(log.slice(-5))}`)));
  });
  const request: RunningService['request'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text };
  };
  await until(async () => (await request('GET', '/health/ready')).status === 200);
  return {
    url,
    child,
    log,
    request,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts a service where it is expected not to come up. */
export async function startServiceInVain(
  program: string,
  environment: Record<string, string>,
): Promise<{ status: number | null; output: string }> {
  const { ended, output } = spawnService(await compiledProgram(program), environment);
  return { status: await ended, output: output() };
}

function spawnService(
  program: string,
  environment: Record<string, string>,
): {
  child: ChildProcess;
  log: Record<string, unknown>[];
  ended: Promise<number | null>;
  output: () => string;
} {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const child = spawn(process.execPath, [program], {
    env: { PATH, HOME, TMPDIR, ATTUNE_PORT: '0', LOG_LEVEL: 'info', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: Record<string, unknown>[] = [];
  let rest = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{')) log.push(JSON.parse(line) as Record<string, unknown>);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, log, ended, output: () => output };
}

/** Asks again until something holds; jest's own limit ends it where it never does. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
