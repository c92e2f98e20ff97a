import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer, type RunningServer } from './serving/server-process';

export interface ServiceProcessOptions {
  /** Variables beside those that say where it listens and how much it logs. */
  environment: NodeJS.ProcessEnv;
  /** Folder in which it leaves CPU profiles of its threads when it ends. */
  profile?: string | undefined;
}

/**
 * As the README and the manifests start the services. MiB of the young generation: large, where what lives as long as a reply is gone before it
 * is collected, and not copied about first; small, where a request must not wait long for its collection.
 */
export const NODE_FLAGS = {
  'sentiment-monitor': [],
  'customer-service': ['--max-semi-space-size=64'],
  recommender: ['--max-semi-space-size=4'],
} as const;
const COMPILED_COPY = join(__dirname, '../../../deploy/docker/compiled-copy.cjs');

/** Starts the sentiment monitor as a process of its own on a free port, and waits until it is ready. */
export function startMonitor(options: ServiceProcessOptions): Promise<RunningServer> {
  return startOurs('sentiment-monitor', 'The sentiment monitor', options);
}

/** Starts the customer service as a process of its own on a free port, and waits until it is ready. */
export function startCustomerService(options: ServiceProcessOptions): Promise<RunningServer> {
  return startOurs('customer-service', 'The customer service', options);
}

/** Starts the recommender as a process of its own on a free port, and waits until it is ready. */
export function startRecommender(options: ServiceProcessOptions): Promise<RunningServer> {
  return startOurs('recommender', 'The recommender', options);
}

let compiled: string | undefined;

/** A copy of the workspace, compiled as images hold it, so that what is measured is what is deployed. It goes with this process. */
function compiledWorkspace(): string {
  if (compiled !== undefined) return compiled;
  compiled = mkdtempSync(join(tmpdir(), 'attune-bench-services-'));
  process.once('exit', removeCompiled);
  execFileSync(process.execPath, [COMPILED_COPY, compiled], { stdio: ['ignore', 'ignore', 'inherit'] });
  return compiled;
}

/** Removes what was compiled to start services, none of which runs any more. The end of the process does so by itself. */
export function removeCompiled(): void {
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true });
  compiled = undefined;
}

async function startOurs(
  app: keyof typeof NODE_FLAGS,
  name: string,
  { environment, profile }: ServiceProcessOptions,
): Promise<RunningServer> {
  const program = join(compiledWorkspace(), 'apps', app, 'bin', `${app}.js`);
  const port = await freePort();
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  return startServer({
    name,
    command: process.execPath,
    args: [...NODE_FLAGS[app], ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]), program],
    environment: { ATTUNE_PORT: String(port), LOG_LEVEL: 'error', ...environment },
    url: `http://127.0.0.1:${port}`,
    readyPath: '/health/ready',
    readySeconds: 300,
  });
}
