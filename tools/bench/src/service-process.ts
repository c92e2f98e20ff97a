import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startServer, type RunningServer } from './serving/server-process';

export interface ServiceProcessOptions {
  /** Variables beside those that say where it listens and how much it logs. */
  environment: NodeJS.ProcessEnv;
  /** Folder in which it leaves CPU profiles of its threads when it ends. */
  profile?: string | undefined;
}

/** MiB: what lives as long as a reply is gone before it is collected, and not copied about first. The README starts the services so, too. */
const YOUNG_GENERATION = '--max-semi-space-size=64';
const APPS = join(__dirname, '../../../apps');

/** Starts the sentiment monitor as a process of its own on a free port, and waits until it is ready. */
export function startMonitor(options: ServiceProcessOptions): Promise<RunningServer> {
  return startOurs('sentiment-monitor', 'The sentiment monitor', options);
}

/** Starts the customer service as a process of its own on a free port, and waits until it is ready. */
export function startCustomerService(options: ServiceProcessOptions): Promise<RunningServer> {
  return startOurs('customer-service', 'The customer service', options, [YOUNG_GENERATION]);
}

/** Starts the recommender as a process of its own on a free port, and waits until it is ready. */
export function startRecommender(options: ServiceProcessOptions): Promise<RunningServer> {
  return startOurs('recommender', 'The recommender', options, [YOUNG_GENERATION]);
}

async function startOurs(
  app: string,
  name: string,
  { environment, profile }: ServiceProcessOptions,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const port = await freePort();
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  return startServer({
    name,
    command: process.execPath,
    args: [...flags, ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]), join(APPS, app, 'bin', `${app}.js`)],
    environment: { ATTUNE_PORT: String(port), LOG_LEVEL: 'error', ...environment },
    url: `http://127.0.0.1:${port}`,
    readyPath: '/health/ready',
    readySeconds: 300,
  });
}
