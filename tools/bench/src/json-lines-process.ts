import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { AttuneError } from '@attune/artifact';

/** Characters of a failed process's last words that are shown. */
const LAST_WORDS = 2000;

/** A long-lived child process that answers each line of JSON with one line of JSON. */
export class JsonLinesProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;
  private readonly closed: Promise<unknown>;
  private lastWords = '';

  constructor(
    private readonly name: string,
    command: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.child = spawn(command, args, { env: environment });
    this.child.stderr.on('data', (chunk: Buffer) => (this.lastWords = (this.lastWords + chunk.toString()).slice(-LAST_WORDS)));
    // A process that ended is told by its last words when its answer is read.
    this.child.stdin.on('error', () => undefined);
    this.child.on('error', (error) => (this.lastWords += error.message));
    this.closed = new Promise((resolve) => this.child.once('close', resolve));
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /**
   * The next line that the process writes.
   *
   * @throws AttuneError where the process ended instead
   */
  async read(): Promise<unknown> {
    const { value, done } = await this.answers.next();
    if (!done) return JSON.parse(value);
    await this.closed;
    throw new AttuneError('training-failed', `${this.name} ended without an answer.\n${this.lastWords.trim()}`);
  }

  /** Sends a request and gives its answer. */
  ask(request: unknown): Promise<unknown> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.read();
  }

  /** Ends the process. */
  close(): void {
    this.lines.close();
    this.child.stdin.end();
    this.child.kill();
  }
}
