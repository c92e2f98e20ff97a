import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithReal, realPostgres, until } from '@attune/testing';
import { backgroundServer, startInBackground, stopInBackground } from './background-server';
import { ensurePostgres } from './installation';
import { runProgram } from './programs';
import { freePort } from './server-process';
import { asUser, serverUser } from './server-user';
import { startPostgres, type RunningPostgres } from './start-postgres';

/** A server of its own for these specs, which crash it: one from the environment is of no use. */
const ownPostgres = { ...realPostgres, name: 'PostgreSQL of its own', fromEnvironment: () => undefined };

describeWithReal(ownPostgres, 'startPostgres', () => {
  let programs: string;
  let server: RunningPostgres;

  const ask = async (url: string, statement: string): Promise<string> => {
    const { ok, output } = await runProgram(join(programs, 'psql'), ['-X', '-A', '-t', '-c', statement, url]);
    if (!ok) throw new Error(output);
    return output.trim();
  };

  beforeAll(async () => {
    programs = await ensurePostgres(await serverUser());
    server = await startPostgres();
  }, 180_000);
  afterAll(() => server.stop());

  it('starts PostgreSQL 18 with pgvector on loopback', async () => {
    expect(await ask(server.url, 'show server_version')).toBe('18.4');
    expect(await ask(server.url, 'show listen_addresses')).toBe('127.0.0.1');
    await ask(server.url, 'create extension vector');
    expect(await ask(server.url, "select '[1,0]'::vector <=> '[0,1]'::vector")).toBe('1');
  });

  it('wants the password', async () => {
    await expect(ask(server.url.replace(/:[0-9a-f]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password authentication failed');
  });

  it('keeps what was committed through a crash', async () => {
    const url = await server.createDatabase('crash "test"');
    await ask(url, 'create table kept as select generate_series(1, 100) as number');
    const { pid, port } = server;
    await server.kill();
    await expect(ask(url, 'select 1')).rejects.toThrow();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(server.port).toBe(port);
    expect(await ask(url, 'select count(*) from kept')).toBe('100');
  });

  it('starts over the lock of a server that was killed and is not collected yet', async () => {
    await server.kill();
    // A process of the same user that has ended, whose parent does not ask for it.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
      ...asUser(await serverUser()),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [told] = (await once(parent.stdout, 'data')) as [Buffer];
    const ended = told.toString().trim();
    await until(() => Promise.resolve(/^\d+ \(sleep\) Z/.test(readFileSync(`/proc/${ended}/stat`, 'utf8'))));
    const lock = join(server.dataFolder, 'data/postmaster.pid');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, ended));
    try {
      await server.restart();
      expect(await ask(server.url, 'select 1')).toBe('1');
    } finally {
      parent.kill();
    }
  });

  it('leaves no process and no temporary folder behind', async () => {
    const other = await startPostgres();
    await other.stop();
    expect(() => process.kill(other.pid, 0)).toThrow();
    expect(existsSync(other.dataFolder)).toBe(false);
  });

  it('says why it cannot start where the port is taken', async () => {
    const blocker = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(startPostgres({ port })).rejects.toMatchObject({
      code: 'setup-missing',
      message: expect.stringContaining('Address already in use'),
    });
    await new Promise((resolve) => blocker.close(resolve));
  });

  it('leaves a server running in the background, with its data and password kept', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'attune-postgres-spec-'));
    try {
      const started = await startInBackground({ dataFolder, port: await freePort() });
      expect(started.wasRunning).toBe(false);
      expect(statSync(join(dataFolder, 'server.json')).mode & 0o077).toBe(0);
      await ask(started.url, 'create table kept as select 1 as number');
      expect(await startInBackground({ dataFolder })).toEqual({ ...started, wasRunning: true });
      expect((await stopInBackground(dataFolder))?.pid).toBe(started.pid);
      expect(await backgroundServer(dataFolder)).toBeUndefined();
      const again = await startInBackground({ dataFolder, port: started.port });
      expect(again.url).toBe(started.url);
      expect(await ask(again.url, 'select number from kept')).toBe('1');
    } finally {
      await stopInBackground(dataFolder);
      rmSync(dataFolder, { recursive: true });
    }
  });
});
