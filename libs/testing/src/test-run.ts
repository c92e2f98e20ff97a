import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VARIABLE = 'ATTUNE_TEST_RUN';
const RUNS = join(tmpdir(), 'attune-test-runs');
/** Milliseconds that a component gets to end. */
const STOP_TIMEOUT = 20_000;
const POLL = 50;

/** The folder in which the spec files of one test run, in several processes, find what they share. */
export function testRunFolder(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`${VARIABLE} is not set: run the specs with the jest.config.cjs of the root.`);
  return folder;
}

/** Begins a test run; ends what a killed one left behind. */
export async function beginTestRun(): Promise<void> {
  await mkdir(RUNS, { recursive: true });
  for (const name of await readdir(RUNS)) {
    const pid = Number(name.split('-')[0]);
    if (!(await isRunning(pid))) await endComponents(join(RUNS, name));
  }
  process.env[VARIABLE] = await mkdtemp(join(RUNS, `${process.pid}-`));
}

/** Ends a test run, with every component that it started. */
export async function endTestRun(): Promise<void> {
  await endComponents(testRunFolder());
}

async function endComponents(folder: string): Promise<void> {
  const records = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  for (const record of records) {
    const {
      pid,
      signal,
      folder: data,
    } = JSON.parse(await readFile(join(folder, record), 'utf8')) as {
      pid: number;
      signal?: NodeJS.Signals;
      folder?: string;
    };
    await endProcess(pid, signal ?? 'SIGTERM');
    if (data !== undefined) await rm(data, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
}

async function endProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(pid))) return;
  process.kill(pid, signal);
  const deadline = Date.now() + STOP_TIMEOUT;
  while (await isRunning(pid)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await sleep(POLL);
  }
}

/** Whether a process runs. One that has ended stays as a zombie where its parent, which may be the container's first process, never asks for it. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(state);
}
