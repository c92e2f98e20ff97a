import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from './encoder-registry';

/** How often what was learnt elsewhere is taken over, and how long the knowledge must rest before it is learnt from: milliseconds. */
const REFRESH = 5_000;
const REST = 10_000;

/** Keeps vectors and ranking in step with the knowledge, whoever writes it. */
export class RankingUpkeep {
  private timer: NodeJS.Timeout | undefined;
  private work: Promise<void> = Promise.resolve();
  private changedAt = 0;
  private isCatchUpDue = false;
  private readonly stopping = new AbortController();
  private unfollow: (() => void)[] = [];

  constructor(
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    /** What is searched by vectors: entries, and passages of documents. */
    private readonly directories: readonly { onChange(listener: () => void): () => void }[],
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.unfollow = this.directories.map((directory) =>
      directory.onChange(() => {
        this.changedAt = Date.now();
        this.catchUp();
      }),
    );
    this.model.onSwap(() => this.catchUp());
    this.timer = setInterval(() => this.run(() => this.refresh()), REFRESH);
    this.timer.unref();
    // Vectors that the start left to the database, and what was written while it went on.
    this.catchUp();
  }

  async stop(): Promise<void> {
    for (const unfollow of this.unfollow) unfollow();
    clearInterval(this.timer);
    this.stopping.abort();
    await this.work;
  }

  /** Another instance may have written with another encoder: what it wrote gets a vector of this one's. */
  private catchUp(): void {
    if (this.isCatchUpDue) return;
    this.isCatchUpDue = true;
    this.run(async () => {
      // What changes from here on is seen by the next one.
      this.isCatchUpDue = false;
      await this.model.using(async (model) => {
        await this.encoders.catchUp(model);
        await this.encoders.hold(model, this.stopping.signal);
      });
    });
  }

  private async refresh(): Promise<void> {
    await this.model.using(async (model) => {
      await this.encoders.refresh(model);
      await this.encoders.hold(model, this.stopping.signal);
      const rests = Date.now() - this.changedAt >= REST;
      if (rests && (await this.encoders.wantsLearning(model))) await this.encoders.learn(model);
      await this.encoders.refreshPassages(model, rests);
    });
  }

  /** One thing after the other; what fails is done again with the next. */
  private run(work: () => Promise<void>): void {
    this.work = this.work.then(work).catch(this.onError);
  }
}
