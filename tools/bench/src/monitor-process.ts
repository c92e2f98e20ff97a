import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startServer, type RunningServer } from './serving/server-process';

export interface MonitorOptions {
  /** Variables beside those that say where it listens and how much it logs. */
  environment: NodeJS.ProcessEnv;
  /** Folder in which it leaves CPU profiles of its threads when it ends. */
  profile?: string | undefined;
}

const PROGRAM = join(__dirname, '../../../apps/sentiment-monitor/bin/sentiment-monitor.js');

/** Starts the sentiment monitor as a process of its own on a free port, and waits until it is ready. */
export async function startMonitor({ environment, profile }: MonitorOptions): Promise<RunningServer> {
  const port = await freePort();
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  return startServer({
    name: 'The sentiment monitor',
    command: process.execPath,
    args: [...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]), PROGRAM],
    environment: { ATTUNE_PORT: String(port), LOG_LEVEL: 'error', ...environment },
    url: `http://127.0.0.1:${port}`,
    readyPath: '/health/ready',
  });
}
