import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, writeConceptModel, writeHandSetRanking, writeWordListModel } from '@attune/testing';
import { z } from 'zod';
import { PARTS } from '../src/start/parts';

const ROOT = join(__dirname, '../../..');
const START_TIMEOUT = 180_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-start-'));
  const models = join(folder, 'models');
  await writeWordListModel(models, '1', undefined, ['regulation']);
  await writeConceptModel(models);
  await writeHandSetRanking(models);
});
const started: RunningStart[] = [];
afterEach(async () => {
  // Where a test failed in the middle. Its services end with it.
  for (const { child, end } of started.splice(0)) {
    child.kill('SIGKILL');
    await end;
  }
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A start of everything that runs until it is told to end. */
interface RunningStart {
  readonly child: ChildProcess;
  /** What it has said so far. */
  said(): string;
  /** Waits until it has said something. @throws Error with what it said where it ends before */
  until(words: string): Promise<void>;
  readonly end: Promise<Ended>;
}

/** As `npm start` does once everything is set up. */
function start(port: number, data: string): RunningStart {
  const flags = ['--port', String(port), '--data', join(folder, data), '--models', join(folder, 'models')];
  const child = spawn(process.execPath, [join(ROOT, 'apps/cli/bin/attune.js'), 'start', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const end = new Promise<Ended>((resolve) => child.once('close', (status, signal) => resolve({ status, signal })));
  const running: RunningStart = {
    child,
    said: () => said,
    end,
    until: (words) =>
      Promise.race([
        until(() => Promise.resolve(said.includes(words))),
        end.then(() => {
          throw new Error(`It ended before it said "${words}":\n${said}`);
        }),
      ]),
  };
  started.push(running);
  return running;
}

/** The first of as many free ports in a row as there are parts. */
async function freePorts(): Promise<number> {
  for (;;) {
    const taken: Server[] = [];
    try {
      const first = await listen(0);
      taken.push(first);
      const { port } = first.address() as AddressInfo;
      for (let next = 1; next < PARTS.length; next++) taken.push(await listen(port + next));
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      for (const server of taken) await new Promise((closed) => server.close(closed));
    }
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** How many there are of what a service lists. */
async function countOf(url: string): Promise<number> {
  const pageSchema = z.object({ items: z.array(z.unknown()), nextCursor: z.string().optional() });
  let count = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const answer = await fetch(`${url}?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const page = pageSchema.parse(await answer.json());
    count += page.items.length;
    cursor = page.nextCursor;
  }
  return count;
}

function rowsOf(file: string): number {
  return readFileSync(join(ROOT, 'apps', file), 'utf8')
    .trimEnd()
    .split('\n').length;
}

describe('attune start', () => {
  it(
    'gives everything its examples after a first start that was killed while it did',
    async () => {
      const port = await freePorts();
      const urlOf = (app: string): string => `http://127.0.0.1:${port + PARTS.findIndex((part) => part.app === app)}`;
      const killed = start(port, 'data');
      await killed.until('articles');
      killed.child.kill('SIGKILL');
      expect(await killed.end).toEqual({ status: null, signal: 'SIGKILL' });
      expect(killed.said()).not.toContain('Everything runs');

      const again = start(port, 'data');
      await again.until('Everything runs after');
      expect(again.said()).toContain('the first start of recommender was interrupted: beginning anew');
      const counts = {
        articles: await countOf(`${urlOf('recommender')}/v1/items`),
        knowledge: await countOf(`${urlOf('customer-service')}/v1/knowledge`),
        watches: await countOf(`${urlOf('sentiment-monitor')}/v1/watches`),
      };
      expect(counts).toEqual({
        articles: rowsOf('recommender/head/articles.csv') - 1,
        knowledge: rowsOf('customer-service/head/knowledge.jsonl'),
        watches: (JSON.parse(readFileSync(join(ROOT, 'apps/sentiment-monitor/example/watches.json'), 'utf8')) as unknown[]).length,
      });
      expect(await (await fetch(urlOf('console'))).text()).toContain('<title>');

      again.child.kill('SIGINT');
      expect(await again.end).toEqual({ status: 0, signal: null });
      const left = await readdir(join(folder, 'data'));
      expect(left.filter((name) => name === 'running' || name.endsWith('.unfinished'))).toEqual([]);
    },
    START_TIMEOUT,
  );

  it(
    'names a port that is in use, and starts nothing',
    async () => {
      const port = await freePorts();
      const taken = await listen(port + 2);
      const { end, said } = start(port, 'other');
      const { status } = await end;
      taken.close();
      expect({ status, said: said() }).toEqual({ status: 2, said: expect.stringContaining(`Port ${port + 2} of this machine is in use.`) });
      expect(await readdir(join(folder, 'other'))).not.toContain('recommender');
    },
    START_TIMEOUT,
  );
});
