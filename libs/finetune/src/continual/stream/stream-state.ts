import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, isMissing } from '@attune/artifact';
import { z } from 'zod';

const stepSchema = z.object({
  task: z.string(),
  /** On each task up to this one, in order. */
  accuracies: z.array(z.number()),
  /** On all test rows of these tasks. */
  accuracy: z.number(),
  /** Of an output layer on the encoder as it was before; absent for the first task. */
  probe: z.number().optional(),
  seconds: z.number(),
});

const stateSchema = z.object({
  /** Of the configuration, the tasks' files and the version of this file. */
  identity: z.string(),
  /** Accuracy of an output layer on the pretrained encoder, by task; those of tasks of a single label are missing. */
  pretrained: z.record(z.string(), z.number()),
  /** Steps by strategy. */
  strategies: z.record(z.string(), z.array(stepSchema)),
});

/** What is known of a task once it was learned. */
export type StreamStep = z.infer<typeof stepSchema>;
/** What a stream has measured so far. */
export type StreamState = z.infer<typeof stateSchema>;

const FILE = 'stream.json';

/** Keeps what a stream has measured, so that it goes on after an interruption. */
export class StreamStateStore {
  constructor(readonly directory: string) {}

  /**
   * The state to go on from; a new one where there is none, or where it is not to be resumed, which empties the folder.
   *
   * @throws AttuneError `wrong-use` for a folder of something else and for a stream of another configuration, `bad-model` for a damaged file
   */
  async open(identity: string, resume: boolean): Promise<StreamState> {
    const stored = await this.read();
    if (stored === undefined) {
      const names = await readdir(this.directory).catch(() => []);
      if (names.length > 0) {
        throw new AttuneError('wrong-use', `${this.directory} exists and holds no stream of tasks; it is left as it is.`, {
          remedy: 'Name another folder, or one that does not exist yet.',
        });
      }
    }
    if (stored !== undefined && resume) {
      if (stored.identity === identity) return stored;
      throw new AttuneError('wrong-use', `The stream in ${this.directory} was started with another configuration or other tasks.`, {
        remedy: 'Give the same to go on with it, or leave --resume out to start anew.',
      });
    }
    if (stored !== undefined) await rm(this.directory, { recursive: true });
    await mkdir(this.directory, { recursive: true });
    const state = { identity, pretrained: {}, strategies: {} };
    await this.save(state);
    return state;
  }

  async save(state: StreamState): Promise<void> {
    const staged = join(this.directory, `${FILE}.staged`);
    await writeFile(staged, `${JSON.stringify(state, null, 2)}\n`);
    await rename(staged, join(this.directory, FILE));
  }

  private async read(): Promise<StreamState | undefined> {
    const file = join(this.directory, FILE);
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      if (isMissing(cause)) return undefined;
      throw cause;
    });
    if (text === undefined) return undefined;
    try {
      return stateSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new AttuneError('bad-model', `${file} is damaged or of another version, so the stream cannot be resumed.`, {
        remedy: `Remove ${this.directory} and start anew.`,
        cause,
      });
    }
  }
}
