import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isRunning, until } from '@attune/testing';
import { END_WITH_PARENT } from '../attune-process';

/** A process that starts another one as `startService` does, says its id, and waits. */
const PARENT = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-r', ${JSON.stringify(END_WITH_PARENT)}, '-e', 'setInterval(() => 0, 1000)'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true,
  });
  console.log(child.pid);
`;

describe('a service that the command line started', () => {
  it('ends when the command line was killed', async () => {
    const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const service = Number(line);
    expect(await isRunning(service)).toBe(true);
    parent.kill('SIGKILL');
    await until(async () => !(await isRunning(service)));
  });
});
