import { AttuneError, isSameVersion, type ModelStore, type Shadow, type StoredModel, type VersionName } from '@attune/artifact';
import type { ComputedText } from '../call';
import { Predictor, type PredictorOptions } from '../predictor';
import type { TextInput } from '../worker-protocol';
import type { ShadowFigures } from './shadow-counts';
import { ShadowScoring } from './shadow-scoring';

/** What a version in shadow does here. */
export interface ShadowReport extends Shadow {
  /** The version that it is compared with. */
  readonly against: string;
  /** Absent where it could not be loaded. */
  readonly figures?: ShadowFigures;
  /** Why it could not be loaded; that hinders nothing. */
  readonly problem?: string;
}

/** The version that serves, as far as a candidate is compared with it. */
interface Served extends VersionName {
  readonly predictor: Pick<Predictor, 'tasks' | 'load' | 'threads'>;
}

export interface ShadowServerOptions {
  readonly store: ModelStore;
  readonly app: string;
  readonly precision: PredictorOptions['precision'];
  readonly tokenBudget?: number | undefined;
  /** Throws where a version is none for this service. */
  readonly accept?: ((model: StoredModel) => void) | undefined;
  /** Between 0 and 1; default Math.random. */
  readonly random?: (() => number) | undefined;
}

/** Milliseconds before a candidate that could not be loaded is tried again. */
const PAUSE = 300_000;

interface Running {
  readonly shadow: Shadow;
  readonly against: Served;
  readonly predictor: Predictor | undefined;
  readonly scoring: ShadowScoring | undefined;
  readonly problem: string | undefined;
  readonly since: number;
}

/**
 * Runs what a model store has in shadow beside what serves: a candidate on a thread of its own, behind all others. Whatever becomes of it, it is
 * no error of the service.
 */
export class ShadowServer {
  private running: Running | undefined;
  private following: Promise<void> | undefined;
  private next: Served | undefined;
  private closed = false;

  constructor(private readonly options: ShadowServerOptions) {}

  get report(): ShadowReport | undefined {
    if (this.running === undefined) return undefined;
    const { shadow, against, scoring, problem } = this.running;
    return {
      ...shadow,
      against: against.version,
      ...(scoring !== undefined && { figures: scoring.figures }),
      ...(problem !== undefined && { problem }),
    };
  }

  /** Looks at what is in shadow, beside what serves now. Resolves when the change, if any, is made or has failed; it does not reject. */
  follow(served: Served): Promise<void> {
    // However long the store takes to answer, one more look is enough.
    this.next = served;
    this.following ??= this.followUp().finally(() => (this.following = undefined));
    return this.following;
  }

  /** Hears of a text that a version has answered. */
  offer(by: VersionName, input: TextInput, computed: ComputedText): void {
    // While one version takes over from another, what the former answers is compared with nothing.
    if (this.running !== undefined && isSameVersion(this.running.against, by)) this.running.scoring?.offer({ input, computed });
  }

  /** Resolves when the candidate has nothing to score. */
  async settled(): Promise<void> {
    await this.running?.scoring?.settled();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.following;
    await this.end();
  }

  private async followUp(): Promise<void> {
    for (let served = this.next; served !== undefined; served = this.next) {
      this.next = undefined;
      await this.change(served);
    }
  }

  private async change(served: Served): Promise<void> {
    if (this.closed) return;
    try {
      const shadow = await this.options.store.shadow(this.options.app);
      if (this.isRunning(shadow, served)) return;
      await this.end();
      if (shadow !== undefined) this.running = await this.begin(shadow, served);
    } catch {
      // The store is away, or what it says is damaged: the shadow stays as it is, and the next look may tell.
    }
  }

  private isRunning(shadow: Shadow | undefined, served: Served): boolean {
    const { running } = this;
    if (shadow === undefined || running === undefined) return shadow === running?.shadow;
    const isUnchanged =
      running.shadow.startedAt === shadow.startedAt &&
      running.shadow.share === shadow.share &&
      isSameVersion(running.shadow, shadow) &&
      isSameVersion(running.against, served);
    return isUnchanged && (running.problem === undefined || Date.now() < running.since + PAUSE);
  }

  private async begin(shadow: Shadow, against: Served): Promise<Running> {
    const { store, app, accept, precision: wanted, tokenBudget, random = Math.random } = this.options;
    const begun = { shadow, against, since: Date.now() };
    try {
      const stored = await store.openVersion(app, shadow);
      accept?.(stored);
      const precision = stored.manifest.onnx[wanted] === undefined ? 'fp32' : wanted;
      const options = { precision, threads: 1, background: true, ...(tokenBudget === undefined ? {} : { tokenBudget }) };
      const predictor = await Predictor.open(stored.directory, options);
      const scoring = new ShadowScoring({
        candidate: { tasks: predictor.tasks, judge: (texts) => predictor.judge(texts, { bulk: true }) },
        servedTasks: against.predictor.tasks,
        share: shadow.share,
        isBusy: () => isBusy(against.predictor),
        random,
      });
      return { ...begun, predictor, scoring, problem: undefined };
    } catch (cause) {
      const problem = cause instanceof AttuneError ? cause.message : `It cannot be loaded: ${String(cause)}`;
      return { ...begun, predictor: undefined, scoring: undefined, problem };
    }
  }

  private async end(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.scoring?.close();
    await running?.predictor?.close();
  }
}

/** Whether texts wait, or no thread is free for the next one. */
function isBusy({ load: { texts, bulkTexts, busyWorkers }, threads }: Served['predictor']): boolean {
  return texts > 0 || bulkTexts > 0 || busyWorkers >= threads;
}
