import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { z } from 'zod';
import { lookAtMachine } from '../machine';
import { startMonitor } from '../service-process';
import { requirePython } from '../python';
import { median } from '../statistics';
import type { Result } from '../write-result';
import { postUnderLoad, type Turn } from './load';
import { layoutInWords, PEER_LAYOUTS, startPeer } from './python-peer';
import type { RunningServer } from './server-process';

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
  /** Folder for CPU profiles of the service. */
  profile?: string;
  onRun: (what: string) => void;
  command: string;
}

/** A server that takes its turns. */
interface Side {
  readonly name: string;
  readonly server: RunningServer;
  readonly turns: Turn[];
}

const rowSchema = z.object({ text: z.string(), pair: z.string().optional() });
const WARM_UP_SECONDS = 3;

/**
 * Compares `POST /v1/sentiment` with the same over FastAPI and ONNX Runtime: one text a request, all servers up, load on
 * one after the other. The peer takes part in every layout for two cores; the quickest is what is compared with.
 */
export async function compareServing(options: ServingComparisonOptions): Promise<Result> {
  const { python, models, texts, limit, connections, seconds, rounds, onRun } = options;
  requirePython(python, ['fastapi', 'uvicorn', 'uvloop', 'httptools', 'onnxruntime', 'tokenizers']);
  const machine = await lookAtMachine();
  const bodies = (await readFile(texts, 'utf8'))
    .trimEnd()
    .split('\n')
    .slice(0, limit)
    .map((line) => {
      const { text, pair } = rowSchema.parse(JSON.parse(line));
      return JSON.stringify({ texts: [pair === undefined ? { text } : { text, entity: pair }] });
    });
  const sides: Side[] = [];
  try {
    const environment = { ATTUNE_MODELS: models, ATTUNE_DATA: join(options.work, `serving-${process.pid}`) };
    sides.push({ name: 'Attune', server: await startMonitor({ environment, profile: options.profile }), turns: [] });
    const { directory } = await new ModelStore(models).open('sentiment-monitor');
    for (const layout of PEER_LAYOUTS) {
      const server = await startPeer(python, directory, layout, machine.peerEnvironment);
      sides.push({ name: `FastAPI, ${layoutInWords(layout)}`, server, turns: [] });
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { name, server, turns } of sides) {
        onRun(round === 0 ? `warming up ${name}` : `round ${round} of ${rounds}: ${name}`);
        const turn = await postUnderLoad(`${server.url}/v1/sentiment`, bodies, connections, {
          seconds: round === 0 ? WARM_UP_SECONDS : seconds,
        });
        if (round > 0) turns.push(turn);
      }
    }
  } finally {
    await Promise.all(sides.map(({ server }) => server.stop()));
  }
  return resultOf(sides, options, machine.note);
}

function resultOf(sides: readonly Side[], { command, connections, rounds, seconds }: ServingComparisonOptions, note: string): Result {
  const middle = ({ turns }: Side, figure: keyof Turn): number => median(turns.map((turn) => turn[figure]));
  const [ours, ...peers] = sides;
  const peer = peers.reduce((best, each) => (middle(each, 'requestsPerSecond') > middle(best, 'requestsPerSecond') ? each : best));
  const ratio = (side: Side, figure: keyof Turn): string => (middle(side, figure) / middle(peer, figure)).toFixed(2);
  return {
    name: 'serving',
    title: 'POST /v1/sentiment against FastAPI and ONNX Runtime',
    command,
    summary:
      `One short text a request, ${connections} requests in flight, the same int8 head, ${rounds} turns of ${seconds} s of each side in one run; medians. ` +
      'The peer (tools/bench/python/serve_sentiment.py) gathers up to 32 texts for at most 5 ms; ratios are to the quickest of its layouts. ' +
      'Servers and load share two processors.',
    columns: ['', 'requests/s', 'ratio', 'p50 ms', 'p99 ms', 'ratio of p99', 'failed'],
    rows: sides.map((side) => [
      side === peer ? `${side.name} (compared with)` : side.name,
      middle(side, 'requestsPerSecond').toFixed(0),
      ratio(side, 'requestsPerSecond'),
      middle(side, 'p50').toFixed(1),
      middle(side, 'p99').toFixed(1),
      ratio(side, 'p99'),
      String(side.turns.reduce((sum, { failed }) => sum + failed, 0)),
    ]),
    notes: [`From its start to ready, Attune took ${ours.server.readySeconds.toFixed(1)} s, its embedded database made anew.`, note],
  };
}
