import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';

const PROGRAM = join(__dirname, '../../../../apps/sentiment-monitor/bin/sentiment-monitor.js');
/** Milliseconds from the start of a process until it must be ready: its group waits for the session of one that was killed. */
const READY_TIMEOUT = 120_000;
const POLL = 50;
const LAST_WORDS = 4_000;

export interface MonitorSettings {
  /** Variables beside those that any process needs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  /** Where its log is added to. */
  readonly logFile: string;
}

/** The sentiment monitor as a process of its own. */
export class MonitorProcess {
  readonly url: string;
  private readonly ended: Promise<number | null>;
  private lastWords = '';

  private constructor(
    private readonly child: ChildProcess,
    port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  /** Starts it and returns at once. */
  static start({ environment, port, logFile }: MonitorSettings): MonitorProcess {
    const { PATH = '', HOME = '', TMPDIR } = process.env;
    const child = spawn(process.execPath, [PROGRAM], {
      env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ATTUNE_PORT: String(port), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const monitor = new MonitorProcess(child, port);
    const log = createWriteStream(logFile, { flags: 'a' });
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (chunk: Buffer) => {
        log.write(chunk);
        monitor.lastWords = (monitor.lastWords + chunk.toString()).slice(-LAST_WORDS);
      });
    }
    child.once('close', () => log.end());
    return monitor;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @throws AttuneError with its last words where it ends before, or never is */
  async untilReady(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT;
    while (!(await this.isReady())) {
      if (!this.isRunning || Date.now() > deadline) {
        throw new AttuneError('inference-failed', `The monitor is not ready.\n${this.lastWords.trim()}`);
      }
      await sleep(POLL);
    }
  }

  /** Ends it at once, as a crash of the machine would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to end, and waits. @returns its exit status */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  /** @throws AttuneError where it does not answer as it should */
  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new AttuneError('inference-failed', `POST ${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  private isReady(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
