import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeConceptModel, writeHandSetRanking, writeWordListModel } from '@attune/testing';
import { runAttune, type AttuneRun } from './run-attune';

/** Milliseconds that a start may take where other specs keep the processors busy. */
const LONG = 300_000;
/** The console and four services. */
const PORTS = 5;

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

/** The first of as many ports as everything takes. */
async function freePorts(): Promise<number> {
  for (;;) {
    const first = await listen(0);
    const port = (first?.address() as AddressInfo).port;
    const others = await Promise.all(Array.from({ length: PORTS - 1 }, (_, at) => listen(port + 1 + at).catch(() => undefined)));
    const all = [first, ...others];
    for (const server of all) server?.close();
    if (all.every((server) => server !== undefined)) return port;
  }
}

/** Everything on this machine, with heads that are there and know little. */
describe('attune start', () => {
  let folder: string;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-start-'));
    const models = join(folder, 'models');
    await writeConceptModel(models);
    await writeWordListModel(models);
    await writeHandSetRanking(models);
    port = await freePorts();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Starts it, and does something once it has said this. */
  async function start(said: RegExp, act: (child: ChildProcess) => unknown): Promise<AttuneRun> {
    const args = ['start', '--port', String(port), '--data', join(folder, 'data'), '--models', join(folder, 'models')];
    return runAttune(args, {
      // Jest's own would give React as its developers have it.
      env: { NODE_ENV: 'production' },
      onStart: (child) => {
        let text = '';
        let isHeard = false;
        child.stderr?.on('data', (chunk: string) => {
          text += chunk;
          if (isHeard || !said.test(text)) return;
          isHeard = true;
          void act(child);
        });
      },
    });
  }
  async function count(service: number, path: string): Promise<number> {
    const { items } = (await (await fetch(`http://127.0.0.1:${String(port + service)}${path}`)).json()) as { items: unknown[] };
    return items.length;
  }

  it(
    'recovers after it was killed in the middle of its first run',
    async () => {
      const killed = await start(/handed in/, (child) => child.kill('SIGKILL'));
      expect(killed.signal).toBe('SIGKILL');
      const counts: number[] = [];
      const again = await start(/Everything runs until Ctrl-C/, async (child) => {
        for (const [service, path] of [
          [1, '/v1/knowledge?limit=200'],
          [2, '/v1/watches?limit=200'],
          [3, '/v1/items?limit=200'],
        ] as const)
          counts.push(await count(service, path));
        child.kill('SIGINT');
      });
      expect(again.stderr).toContain('was interrupted: beginning anew');
      expect(again.stderr).not.toContain('ended');
      expect(counts).toEqual([60, 3, 200]);
    },
    LONG,
  );

  it(
    'keeps its data over an orderly end, and says which ports are taken',
    async () => {
      let other: Promise<AttuneRun> | undefined;
      const kept = await start(/Everything runs until Ctrl-C/, async (child) => {
        other = start(/in use/, () => undefined);
        await other;
        child.kill('SIGINT');
      });
      expect(kept.stderr).not.toContain('interrupted');
      expect(kept.stderr).not.toContain('handed in');
      expect((await other)?.status).toBe(2);
      expect((await other)?.stderr).toMatch(/^Ports (\d+, ){4}\d+ of this machine are in use\.\n.*npm start/);
    },
    LONG,
  );
});
