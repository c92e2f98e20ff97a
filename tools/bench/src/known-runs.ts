import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Runs that were made, by their keys, in a file: a measurement that was stopped goes on. */
export class KnownRuns<Run> {
  private constructor(
    private readonly file: string,
    private readonly runs: Map<string, Run>,
  ) {}

  /** Those of the file; none where it is absent. */
  static async read<Run>(file: string): Promise<KnownRuns<Run>> {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    return new KnownRuns(file, new Map(Object.entries(JSON.parse(text) as Record<string, Run>)));
  }

  get(key: string): Run | undefined {
    return this.runs.get(key);
  }

  async put(key: string, run: Run): Promise<void> {
    this.runs.set(key, run);
    await mkdir(dirname(this.file), { recursive: true });
    await writeFile(`${this.file}.staged`, JSON.stringify(Object.fromEntries(this.runs), null, 2));
    await rename(`${this.file}.staged`, this.file);
  }
}
