import { join } from 'node:path';
import { freePort, startServer, type RunningServer } from './server-process';

/** How the peer divides two cores. */
export interface PeerLayout {
  processes: number;
  /** Sessions of a process, which compute batches at the same time. */
  sessions: number;
  /** Threads of a session. */
  threads: number;
}

/** What a Python team could choose for two cores; which of them is the quickest is measured. */
export const PEER_LAYOUTS: readonly PeerLayout[] = [
  { processes: 1, sessions: 1, threads: 2 },
  { processes: 1, sessions: 2, threads: 1 },
  { processes: 2, sessions: 1, threads: 1 },
];

/** A layout in words. */
export function layoutInWords({ processes, sessions, threads }: PeerLayout): string {
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  return `${processes} process${processes === 1 ? '' : 'es'} of ${count(sessions, 'session')} with ${count(threads, 'thread')}`;
}

/** Starts FastAPI with ONNX Runtime on a head's directory. */
export async function startPeer(
  python: string,
  head: string,
  { processes, sessions, threads }: PeerLayout,
  environment: NodeJS.ProcessEnv,
): Promise<RunningServer> {
  const port = await freePort();
  return startServer({
    name: 'FastAPI',
    command: python,
    args: [join(__dirname, '../../python/serve_sentiment.py'), head, ...[port, processes, sessions, threads].map(String)],
    environment,
    url: `http://127.0.0.1:${port}`,
    readyPath: '/openapi.json',
  });
}
