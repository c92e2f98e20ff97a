import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import autocannon from 'autocannon';
import { z } from 'zod';
import { lookAtMachine } from '../machine';
import { requirePython } from '../python';
import { median } from '../statistics';
import type { Result } from '../write-result';
import { startServer, type RunningServer } from './server-process';

export interface ServingComparisonOptions {
  python: string;
  /** Model store with a promoted sentiment head. */
  models: string;
  /** Rows of text, as JSON lines, with a pair where the sentiment is about somebody. */
  texts: string;
  limit: number;
  /** Requests in flight. */
  connections: number;
  /** Seconds of load a turn. */
  seconds: number;
  rounds: number;
  work: string;
  onRun: (what: string) => void;
  command: string;
}

/** What a turn of load came to; milliseconds. */
interface Turn {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

const rowSchema = z.object({ text: z.string(), pair: z.string().optional() });
const PEER = 'FastAPI + ONNX Runtime int8';
const OURS = 'Attune';

/** Compares `POST /v1/sentiment` with the same over FastAPI and ONNX Runtime: one text a request, both servers up, load on one after the other. */
export async function compareServing(options: ServingComparisonOptions): Promise<Result> {
  const { python, models, texts, limit, connections, seconds, rounds, onRun } = options;
  requirePython(python, ['fastapi', 'uvicorn', 'onnxruntime', 'tokenizers']);
  const machine = await lookAtMachine();
  const bodies = (await readFile(texts, 'utf8'))
    .trimEnd()
    .split('\n')
    .slice(0, limit)
    .map((line) => {
      const { text, pair } = rowSchema.parse(JSON.parse(line));
      return JSON.stringify({ texts: [pair === undefined ? { text } : { text, entity: pair }] });
    });
  const servers = await startServers(python, models, options.work, machine.peerEnvironment);
  const turns = new Map<string, Turn[]>([...servers.keys()].map((side) => [side, []]));
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [side, { url }] of servers) {
        onRun(round === 0 ? `warming up ${side}` : `round ${round} of ${rounds}: ${side}`);
        const turn = await load(`${url}/v1/sentiment`, bodies, connections, round === 0 ? 3 : seconds);
        if (round > 0) turns.get(side)?.push(turn);
      }
    }
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
  return resultOf(turns, options, machine.note);
}

async function startServers(
  python: string,
  models: string,
  work: string,
  peerEnvironment: NodeJS.ProcessEnv,
): Promise<Map<string, RunningServer>> {
  const { directory } = await new ModelStore(models).open('sentiment-monitor');
  const [ourPort, theirPort] = [await freePort(), await freePort()];
  const ours = await startServer({
    name: OURS,
    command: process.execPath,
    args: [join(__dirname, '../../../../apps/sentiment-monitor/bin/sentiment-monitor.js')],
    environment: {
      ATTUNE_PORT: String(ourPort),
      ATTUNE_MODELS: models,
      ATTUNE_DATA: join(work, `serving-${process.pid}`),
      LOG_LEVEL: 'error',
    },
    url: `http://127.0.0.1:${ourPort}`,
    readyPath: '/health/ready',
  });
  const theirs = await startServer({
    name: PEER,
    command: python,
    args: [join(__dirname, '../../python/serve_sentiment.py'), directory, String(theirPort), '2'],
    environment: peerEnvironment,
    url: `http://127.0.0.1:${theirPort}`,
    readyPath: '/openapi.json',
  });
  return new Map([
    [OURS, ours],
    [PEER, theirs],
  ]);
}

async function load(url: string, bodies: readonly string[], connections: number, seconds: number): Promise<Turn> {
  let next = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: [
      {
        setupRequest: (request) => {
          next = (next + 1) % bodies.length;
          return { ...request, body: bodies[next] };
        },
      },
    ],
  });
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

function resultOf(turns: Map<string, Turn[]>, { command, connections, rounds, seconds }: ServingComparisonOptions, note: string): Result {
  const middle = (side: string, figure: keyof Turn): number => median((turns.get(side) ?? []).map((turn) => turn[figure]));
  return {
    name: 'serving',
    title: 'POST /v1/sentiment against FastAPI and ONNX Runtime',
    command,
    summary:
      `One short text a request, ${connections} requests in flight, the same int8 head, ${rounds} turns of ${seconds} s of each side in one run; medians. ` +
      'The peer (tools/bench/python/serve_sentiment.py) gathers up to 32 texts for at most 5 ms and computes them with two threads. The load comes from the same two processors.',
    columns: ['', 'requests/s', 'ratio', 'p50 ms', 'p99 ms', 'ratio of p99', 'failed'],
    rows: [...turns.keys()].map((side) => [
      side,
      middle(side, 'requestsPerSecond').toFixed(0),
      (middle(side, 'requestsPerSecond') / middle(PEER, 'requestsPerSecond')).toFixed(2),
      middle(side, 'p50').toFixed(1),
      middle(side, 'p99').toFixed(1),
      (middle(side, 'p99') / middle(PEER, 'p99')).toFixed(2),
      String((turns.get(side) ?? []).reduce((sum, { failed }) => sum + failed, 0)),
    ]),
    notes: [note],
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
