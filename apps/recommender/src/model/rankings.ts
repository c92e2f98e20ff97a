import { AttuneError, readRankingHead, type StoredModel } from '@attune/artifact';
import type { Predictor, ServedModel } from '@attune/inference';
import { ServedRanking, type RankingSources, type TextEncoder } from './served-ranking';

/** How often a ranking looks what other instances wrote, in milliseconds. */
const POLL_MS = 250;

interface ReadyRanking {
  readonly app: string;
  readonly ranking: ServedRanking;
  /** It served before the one that serves, and follows nothing any more; a request that began with it may still be under way. */
  isRetired: boolean;
}

/** A ranking that waits for its encoder, if anything has to be read by it. */
interface BegunRanking {
  readonly manifestSha256: string;
  readonly ranking: Promise<ServedRanking>;
  readonly predictor: Deferred<Predictor>;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

/** The rankings that this process serves or has just served, each over its own copy of the catalogue. */
export class Rankings {
  /** By the hash of the manifest. */
  private readonly ready = new Map<string, ReadyRanking>();
  /** The ranking of each application that is getting ready. */
  private readonly begun = new Map<string, BegunRanking>();

  constructor(
    private readonly sources: RankingSources,
    private readonly precision: 'int8' | 'fp32',
    private readonly onError: (error: unknown) => void,
  ) {}

  /** @throws AttuneError `bad-model` where it was never prepared */
  get({ manifestSha256, version }: ServedModel): ServedRanking {
    const ranking = this.ready.get(manifestSha256)?.ranking;
    if (ranking !== undefined) return ranking;
    throw new AttuneError('bad-model', `Version ${version} serves without a ranking.`);
  }

  /** Begins to get a version ready while other threads load its encoder: reads the head, and follows the catalogue. */
  begin(app: string, { directory, version, manifestSha256 }: Pick<StoredModel, 'directory' | 'version' | 'manifestSha256'>): BegunRanking {
    this.abandon(app);
    const predictor = deferred<Predictor>();
    const ranking = this.open(directory, version, predictor.promise);
    const begun = { manifestSha256, ranking, predictor };
    // Heard by `prepare`; where it does not come to that, nothing may end the process.
    ranking.catch(() => undefined);
    predictor.promise.catch(() => undefined);
    this.begun.set(app, begun);
    return begun;
  }

  /** Gets a version ready before it serves: every item of the catalogue has its vector, and what people did is counted. */
  async prepare(app: string, { predictor, version, manifestSha256 }: ServedModel): Promise<void> {
    const known = this.begun.get(app);
    const begun =
      known?.manifestSha256 === manifestSha256 ? known : this.begin(app, { directory: predictor.directory, version, manifestSha256 });
    begun.predictor.resolve(predictor);
    const ranking = await begun.ranking.finally(() => this.begun.delete(app));
    this.ready.get(manifestSha256)?.ranking.stop();
    this.ready.set(manifestSha256, { app, ranking, isRetired: false });
  }

  /** Lets the versions of an application rest that do not serve any more, and forgets those that had rested before. */
  retire(app: string, serving: Pick<ServedModel, 'manifestSha256'>): void {
    for (const [key, known] of this.ready) {
      if (known.app !== app || key === serving.manifestSha256) continue;
      if (known.isRetired) this.ready.delete(key);
      known.ranking.stop();
      known.isRetired = true;
    }
  }

  /** Takes over what was written, in every version: what this process wrote shows in its next answer. */
  async refresh(): Promise<void> {
    await Promise.all(this.following.map((ranking) => ranking.refresh()));
  }

  /** Writes down which encoders serve, so that their vectors are kept. */
  async touch(): Promise<void> {
    for (const { encoder } of this.following) if (encoder !== undefined) await this.sources.vectors.touch(encoder.known);
  }

  stop(): void {
    for (const app of this.begun.keys()) this.abandon(app);
    for (const ranking of this.following) ranking.stop();
  }

  private async open(directory: string, version: string, predictor: Promise<Predictor>): Promise<ServedRanking> {
    const { manifest, ...head } = await readRankingHead(directory);
    const file = manifest.onnx[this.precision];
    const fingerprint = file === undefined ? undefined : manifest.files[file]?.sha256;
    const encoder = fingerprint === undefined ? undefined : await this.encoderOf(predictor, fingerprint, head.textWidth);
    const ranking = new ServedRanking(version, head, encoder, this.sources, this.onError);
    try {
      await ranking.start(POLL_MS);
      if (encoder !== undefined) {
        await this.sources.vectors.build(encoder.known);
        await ranking.refresh();
        ranking.holdTexts();
      }
      return ranking;
    } catch (error) {
      ranking.stop();
      throw error;
    }
  }

  private async encoderOf(predictor: Promise<Predictor>, fingerprint: string, dimension: number): Promise<TextEncoder> {
    const known = await this.sources.vectors.encoder(fingerprint, dimension);
    return { known, embed: async (texts) => (await predictor).embed(texts, { bulk: true }) };
  }

  /** Lets go of a ranking whose encoder could not be loaded. */
  private abandon(app: string): void {
    const begun = this.begun.get(app);
    if (begun === undefined) return;
    this.begun.delete(app);
    begun.predictor.reject(new AttuneError('interrupted', 'Its encoder was not loaded.'));
    begun.ranking.then(
      (ranking) => ranking.stop(),
      () => undefined,
    );
  }

  /** Those that serve, and follow the catalogue. */
  get following(): ServedRanking[] {
    return [...this.ready.values()].flatMap(({ ranking, isRetired }) => (isRetired ? [] : [ranking]));
  }
}

/** @throws AttuneError `bad-model` where a version ranks nothing */
export function assertRankingModel({ manifest, version }: StoredModel): void {
  if (manifest.ranking !== undefined) return;
  throw new AttuneError('bad-model', `Version ${version} is no ranking head.`, {
    remedy: 'Promote a version that attune train --task ranking wrote.',
  });
}
