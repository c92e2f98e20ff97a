import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, type NamedTensor } from '@attune/artifact';
import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '../encoders';

const progressSchema = z.strictObject({
  /** What the run was started with; a run with another configuration, other data or another encoder is not resumed. */
  identity: z.string(),
  step: z.number().int().nonnegative(),
  losses: z.array(z.number()),
  evaluations: z.array(z.object({ step: z.number(), epoch: z.number(), metrics: z.record(z.string(), z.number()) })),
  best: z.object({ value: z.number(), step: z.number() }).optional(),
  evaluationsWithoutImprovement: z.number(),
  seconds: z.number(),
  tensors: z.string(),
});

/** The numbers of a run that was interrupted. */
export type TrainingProgress = Omit<z.infer<typeof progressSchema>, 'tensors'>;

/** A run's state between two steps: weights, optimiser slots, average and best weights, each under a prefix of its own. */
export interface Checkpoint {
  progress: TrainingProgress;
  tensors: Map<string, NamedTensor>;
}

const PROGRESS = 'progress.json';

/**
 * Keeps the last checkpoint of a run in a folder beside the model's directory. The tensors are written under a name of
 * their own and then named by `progress.json`, which is renamed into place: a kill at any moment leaves the one before.
 */
export class CheckpointStore {
  constructor(readonly directory: string) {}

  async save({ progress, tensors }: Checkpoint): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const name = `step-${progress.step}.safetensors`;
    const previous = await this.readProgress().catch(() => undefined);
    await this.write(name, tensors);
    const staged = join(this.directory, `${PROGRESS}.staged`);
    await writeFile(staged, JSON.stringify({ ...progress, tensors: name }));
    await rename(staged, join(this.directory, PROGRESS));
    if (previous && previous.tensors !== name) await rm(join(this.directory, previous.tensors), { force: true });
  }

  private async write(name: string, tensors: Map<string, NamedTensor>): Promise<void> {
    const file = join(this.directory, name);
    try {
      await writeSafetensors(file, tensors);
    } catch (error) {
      await rm(file, { force: true });
      // Where this was to be the first one, nothing is left.
      await rmdir(this.directory).catch(() => undefined);
      throw error;
    }
  }

  /** Whether there is a run to resume. */
  async exists(): Promise<boolean> {
    return (await this.readProgress().catch(() => undefined)) !== undefined;
  }

  /**
   * The last checkpoint, or nothing where there is none.
   *
   * @throws AttuneError `bad-model` where it is damaged
   */
  async load(): Promise<Checkpoint | undefined> {
    const stored = await this.readProgress();
    if (!stored) return undefined;
    const { tensors: name, ...progress } = stored;
    const { tensors } = await readSafetensors(join(this.directory, name));
    return { progress, tensors };
  }

  async clear(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private async readProgress(): Promise<z.infer<typeof progressSchema> | undefined> {
    const file = join(this.directory, PROGRESS);
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined;
      throw cause;
    });
    if (text === undefined) return undefined;
    try {
      return progressSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new AttuneError('bad-model', `${file} is damaged, so the run cannot be resumed`, {
        remedy: `Train without --resume, or remove ${this.directory}.`,
        cause,
      });
    }
  }
}
