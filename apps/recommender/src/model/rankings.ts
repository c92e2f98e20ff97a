import { AttuneError, readRankingHead, type StoredModel } from '@attune/artifact';
import type { ServedModel } from '@attune/inference';
import { ServedRanking, type RankingSources, type TextEncoder } from './served-ranking';

/** How often a ranking looks what other instances wrote, in milliseconds. */
const POLL_MS = 250;

interface ReadyRanking {
  readonly app: string;
  readonly ranking: ServedRanking;
  /** It served before the one that serves, and follows nothing any more; a request that began with it may still be under way. */
  isRetired: boolean;
}

/** The rankings that this process serves or has just served, each over its own copy of the catalogue. */
export class Rankings {
  /** By the hash of the manifest. */
  private readonly ready = new Map<string, ReadyRanking>();
  /** The head that is being read for `prepare`, by the hash of its manifest. */
  private readonly reading = new Map<string, ReturnType<typeof readRankingHead>>();

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

  /** Begins to read a head while its encoder is loaded by other threads. */
  readAhead({ directory, manifestSha256 }: StoredModel): void {
    const head = readRankingHead(directory);
    // Heard by `prepare`; where it does not come to that, nothing may end the process.
    head.catch(() => undefined);
    this.reading.clear();
    this.reading.set(manifestSha256, head);
  }

  /** Gets a version ready before it serves: every item of the catalogue has its vector, and what people did is counted. */
  async prepare(app: string, served: ServedModel): Promise<void> {
    const { manifest, ...head } = await (this.reading.get(served.manifestSha256) ?? readRankingHead(served.predictor.directory));
    this.reading.delete(served.manifestSha256);
    const file = manifest.onnx[this.precision];
    const fingerprint = file === undefined ? undefined : manifest.files[file]?.sha256;
    const encoder = fingerprint === undefined ? undefined : await this.encoderOf(served, fingerprint, head.textWidth);
    const ranking = new ServedRanking(served.version, head, encoder, this.sources, this.onError);
    await ranking.start(POLL_MS);
    if (encoder !== undefined) {
      await this.sources.vectors.build(encoder.known);
      await ranking.refresh();
    }
    this.ready.get(served.manifestSha256)?.ranking.stop();
    this.ready.set(served.manifestSha256, { app, ranking, isRetired: false });
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
    for (const ranking of this.following) ranking.stop();
  }

  private async encoderOf({ predictor }: ServedModel, fingerprint: string, dimension: number): Promise<TextEncoder> {
    const known = await this.sources.vectors.encoder(fingerprint, dimension);
    return { known, embed: (texts) => predictor.embed(texts, { bulk: true }) };
  }

  private get following(): ServedRanking[] {
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
