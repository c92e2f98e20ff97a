import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Niceness of every thread of this process. */
function niceness(): number[] {
  return readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
}

it('puts the thread that calls it behind the others, and no other', async () => {
  const own = getPriority();
  const setUp = `
    require('@swc-node/register');
    const { parentPort } = require('node:worker_threads');
    require(${JSON.stringify(require.resolve('./thread-priority'))}).stepBehindOtherThreads();
    parentPort.on('message', () => parentPort.close());
    parentPort.postMessage('ready');`;
  const before = niceness().filter((each) => each > own).length;
  const worker = new Worker(setUp, { eval: true });
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  const behind = niceness().filter((each) => each > own);
  expect(behind.length).toBe(before + 1);
  expect(getPriority()).toBe(own);
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('close');
  await ended;
});
