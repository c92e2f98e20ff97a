import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Environment } from '..';

const ROOT = join(__dirname, '../../../..');

/** Starts the example service as a process of its own. */
function start(environment: Environment, ...given: readonly string[]) {
  const child = spawn(process.execPath, ['-r', '@swc-node/register', join(__dirname, '../../test/example-service.ts'), ...given], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], SWC_NODE_PROJECT: join(ROOT, 'tsconfig.base.json'), ATTUNE_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const lines: Record<string, unknown>[] = [];
  const listening = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{"')) return;
      const entry = JSON.parse(line) as Record<string, unknown>;
      lines.push(entry);
      if (typeof entry['url'] === 'string') resolve(entry['url']);
    });
  });
  const ended = once(child, 'close').then(([status]: unknown[]) => ({ status, errors, lines }));
  return { child, listening, ended };
}

describe('a service as a process', () => {
  it('lists what is wrong with its environment and ends with status 2', async () => {
    const { status, errors } = await start({ ATTUNE_PROT: '1', LOG_LEVEL: 'loud' }).ended;
    expect(status).toBe(2);
    expect(errors).toContain('ATTUNE_PROT is not known; did you mean ATTUNE_PORT?');
    expect(errors).toContain('LOG_LEVEL must be');
    expect(errors).not.toContain('    at ');
  });

  it('shuts down in order at SIGTERM and ends with status 0', async () => {
    const { child, listening, ended } = start({});
    expect((await fetch(`${await listening}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    const { status, lines, errors } = await ended;
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['shutting down', 'shut down']));
  });

  it('logs a rejection that nobody handles and ends with status 1', async () => {
    const { listening, ended } = start({});
    await fetch(`${await listening}/v1/reject`).catch(() => undefined);
    const { status, lines } = await ended;
    expect(status).toBe(1);
    // The lines of requests are written later than they were made, so it need not be the last one.
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ message: 'nobody handles this' }) }),
    );
  });

  it('prints its OpenAPI document where it is asked for that alone', async () => {
    const printing = start({}, '--openapi');
    const printed: Buffer[] = [];
    printing.child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
    const status = new Promise((resolve) => printing.child.once('close', resolve));
    expect(await status).toBe(0);
    const { child, listening, ended } = start({});
    const served: unknown = await (await fetch(`${await listening}/openapi.json`)).json();
    child.kill('SIGTERM');
    await ended;
    expect(JSON.parse(Buffer.concat(printed).toString())).toEqual(served);
  });
});
