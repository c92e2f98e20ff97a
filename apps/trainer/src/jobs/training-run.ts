import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError, MANIFEST_FILE, readManifest, sha256, type Manifest } from '@attune/artifact';
import type { TrainingJob } from '@attune/contracts';
import { UpdateRecipe } from '../updates/update-recipe';
import type { JobParts } from './job-parts';
import type { JobRecipe } from './job-recipe';
import type { JobEnd } from './job-repository';
import type { ProgressLine } from './progress-line';
import { TrainRecipe } from './train-recipe';
import { TrainingProcess } from './training-process';

/** What trainings run with. */
export interface TrainingParts extends JobParts {
  /** JavaScript file that takes what `attune` takes. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds that a training which is asked to end has before it is killed. */
  readonly patience: number;
}

/** Milliseconds between two tries of a store that does not answer. */
const STORE_PAUSE = 3_000;

/** One training, from its files to a version in the model store. */
export class TrainingRun {
  private process: TrainingProcess | undefined;
  private wish: 'cancel' | 'put back' | undefined;
  private readonly wished = new AbortController();
  private readonly recipe: JobRecipe;

  constructor(
    readonly job: TrainingJob,
    private readonly parts: TrainingParts,
  ) {
    this.recipe = job.kind === 'train' ? new TrainRecipe(job, parts) : new UpdateRecipe(job, parts);
  }

  /** Ends it; its place in the model store stays empty. */
  cancel(): void {
    this.end('cancel', this.parts.patience);
  }

  /** Ends it so that it can go on later. @param patience milliseconds */
  interrupt(patience: number): void {
    this.end('put back', patience);
  }

  /**
   * Runs it to its end.
   *
   * @returns how it ended; undefined where it is to go on later
   */
  async run(onProgress: (line: ProgressLine) => void): Promise<JobEnd | undefined> {
    const folder = this.parts.files.job(this.job.id);
    try {
      const end = await this.train(folder, onProgress);
      if (end !== undefined) await rm(folder, { recursive: true, force: true });
      return end;
    } catch (error) {
      if (this.wish === 'cancel') return { status: 'cancelled' };
      return { status: 'failed', failure: reasonOf(error) };
    }
  }

  private end(wish: 'cancel' | 'put back', patience: number): void {
    if (this.wish !== undefined) return;
    this.wish = wish;
    this.wished.abort();
    void this.process?.stop(patience);
  }

  private async train(folder: string, onProgress: (line: ProgressLine) => void): Promise<JobEnd | undefined> {
    const place = { folder, model: join(folder, 'model') };
    const { model } = place;
    const isTrained = (): boolean => existsSync(join(model, MANIFEST_FILE)) && this.recipe.isReported(place);
    // A service that was killed between the end of a training and its entry in the store does not train again.
    if (!isTrained()) {
      const args = await this.recipe.prepare(place, onProgress);
      if (this.wish === undefined) {
        const { program, environment } = this.parts;
        this.process = await TrainingProcess.start({ program, args, environment, folder }, onProgress);
        // The wish may have come while it was started, and then it went nowhere.
        if ((this.wish as string | undefined) !== undefined) void this.process.stop(this.parts.patience);
        const outcome = await this.process.ended;
        if (this.wish === undefined && (outcome.status !== 0 || !isTrained())) return this.recipe.unfinished(place, outcome);
      }
    }
    if (this.wish === 'cancel') return { status: 'cancelled' };
    if (!isTrained()) return undefined;
    onProgress({ type: 'phase', name: 'storing the version' });
    const manifest = await this.storeWhenPossible(model);
    if (manifest !== undefined) return this.recipe.stored(place, manifest);
    return (this.wish as string | undefined) === 'cancel' ? { status: 'cancelled' } : undefined;
  }

  /** Waits for a store that is away: what was trained is there. @returns undefined where the training is to end before */
  private async storeWhenPossible(model: string): Promise<Manifest | undefined> {
    for (;;) {
      try {
        return await this.store(model);
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'dependency-unavailable') throw error;
        if (this.wish !== undefined) return undefined;
        await sleep(STORE_PAUSE, undefined, { signal: this.wished.signal }).catch(() => undefined);
      }
    }
  }

  /** Puts the model into the store, once. */
  private async store(model: string): Promise<Manifest> {
    const { head, version } = this.job;
    const { store } = this.parts;
    const manifest = await readManifest(model);
    const own = sha256(await readFile(join(model, MANIFEST_FILE)));
    const there = (await store.list(head)).find((stored) => stored.version === version);
    if (there?.manifestSha256 !== own) await store.add(head, version, model);
    return manifest;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AttuneError) return `${error.message} ${error.remedy ?? ''}`.trim();
  return error instanceof Error ? error.message : String(error);
}
