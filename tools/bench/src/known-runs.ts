import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Runs that were made, in a file, so that a measurement that was stopped goes on. */
export class KnownRuns<Run> {
  private runs: Record<string, Run> = {};

  constructor(private readonly file: string) {}

  async read(): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => '{}');
    this.runs = JSON.parse(text) as Record<string, Run>;
  }

  get(key: string): Run | undefined {
    return Object.hasOwn(this.runs, key) ? this.runs[key] : undefined;
  }

  async put(key: string, run: Run): Promise<void> {
    this.runs[key] = run;
    await mkdir(dirname(this.file), { recursive: true });
    await writeFile(`${this.file}.staged`, JSON.stringify(this.runs, null, 2));
    await rename(`${this.file}.staged`, this.file);
  }
}
