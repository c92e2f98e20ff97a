import { AttuneError } from '@attune/artifact';
import { DEFAULT_RANKING, type LearntRanking } from '@attune/dialogue';
import type { Database, DatabaseSession } from '@attune/storage';
import type { EncoderStatistics } from '../database/schema';
import type { UsedModel } from '../model/dialogue-model';
import type { PassageRanking, PassageUpkeep } from './passage-upkeep';
import type { RankingLearner } from './ranking-learner';
import { embedTexts, textVectors } from './text-vectors';
import type { KnownEncoder, VectorIndex } from './vector-index';

/** Texts that are embedded together. */
const BATCH = 256;
/** Share by which the knowledge must have grown or shrunk before the ranking is learnt anew. */
const GROWTH = 0.2;

/** An encoder whose vectors can be searched. */
export interface ReadyEncoder extends KnownEncoder {
  readonly chance: number;
  readonly ranking: LearntRanking;
  /** The same of the passages of documents. */
  readonly passages: PassageRanking;
}

/** The encoders that this process serves or has served, and the work that makes one ready: a vector for every text, and a ranking. */
export class EncoderRegistry {
  private readonly ready = new Map<string, Omit<ReadyEncoder, 'passages'>>();

  constructor(
    private readonly database: Database,
    private readonly vectors: VectorIndex,
    private readonly passages: PassageUpkeep,
    private readonly learner: RankingLearner,
  ) {}

  /** @throws AttuneError `bad-model` where it was never prepared */
  get({ manifestSha256, version }: UsedModel): ReadyEncoder {
    const encoder = this.ready.get(manifestSha256);
    if (encoder !== undefined) return { ...encoder, passages: this.passages.rankingOf(encoder) };
    throw new AttuneError('bad-model', `Version ${version} serves without vectors of its own.`);
  }

  /**
   * Gives every text a vector of a version before it serves, those written meanwhile included, and learns how to rank with them. Of
   * several instances one embeds and learns while the others wait. Before a version takes over from another its vectors are held in memory,
   * too; at the start, when nothing serves, that is left to the upkeep: the database searches until they are there.
   */
  async prepare(model: UsedModel): Promise<void> {
    const isFirst = this.ready.size === 0;
    const [probe] = await model.embed(['?'], { bulk: true });
    const encoder = await this.vectors.encoder(model.manifestSha256, model.version, probe.length);
    await this.alone(`encoder ${encoder.id}`, async () => {
      await this.embedMissing(model, encoder.id);
      await this.vectors.build(encoder);
      // What was written while the index was built.
      await this.embedMissing(model, encoder.id);
      const { statistics = await this.learnt(model, encoder) } = await this.vectors.byId(encoder.id);
      await this.vectors.markReady(encoder.id, statistics);
      this.keep(model, encoder, statistics);
      await this.passages.prepare(model, encoder);
    });
    if (isFirst) return;
    await this.hold(model);
    // What was written while they were loaded.
    await this.catchUp(model);
    await this.hold(model);
  }

  /** Embeds what has no vector of a version yet, such as what an instance wrote that serves another one. */
  async catchUp(model: UsedModel): Promise<void> {
    const encoder = this.get(model);
    await this.embedMissing(model, encoder.id);
    await this.passages.embedMissing(model, encoder.id);
  }

  /** Holds the vectors of a version in memory, those included that it lacked before. @returns when they are there */
  async hold(model: UsedModel, signal?: AbortSignal): Promise<void> {
    const encoder = this.get(model);
    await this.vectors.hold(encoder, signal);
    await this.passages.hold(encoder, signal);
  }

  /** Writes down that a version serves, so that its vectors are kept. */
  async touch(model: UsedModel): Promise<void> {
    await this.vectors.touch(this.get(model).id);
  }

  /** Whether the knowledge has changed so much that the ranking of a version wants learning anew. */
  async wantsLearning(model: UsedModel): Promise<boolean> {
    const { statistics } = await this.vectors.byId(this.get(model).id);
    const { texts } = this.learner;
    return statistics === undefined ? texts > 0 : Math.abs(texts - statistics.texts) > statistics.texts * GROWTH;
  }

  /** Takes over, or learns anew where they have changed much, how passages of documents are ranked. @param rests nobody changes them now */
  refreshPassages(model: UsedModel, rests: boolean): Promise<void> {
    return this.passages.refresh(model, this.get(model), rests);
  }

  /** Learns the ranking of a version anew. @returns undefined where the knowledge is too small to learn from */
  async learn(model: UsedModel): Promise<EncoderStatistics | undefined> {
    const encoder = this.get(model);
    const statistics = await this.learnt(model, encoder);
    if (statistics === undefined) return undefined;
    await this.vectors.markReady(encoder.id, statistics);
    this.keep(model, encoder, statistics);
    return statistics;
  }

  /** Takes over what another instance has learnt for a version. */
  async refresh(model: UsedModel): Promise<EncoderStatistics | undefined> {
    const encoder = this.get(model);
    const { statistics } = await this.vectors.byId(encoder.id);
    this.keep(model, encoder, statistics);
    return statistics;
  }

  private learnt(model: UsedModel, encoder: KnownEncoder): Promise<EncoderStatistics | undefined> {
    const { weights } = this.ready.get(model.manifestSha256)?.ranking ?? DEFAULT_RANKING;
    return this.learner.learn(model, encoder, weights);
  }

  private keep(model: UsedModel, { id, dimension }: KnownEncoder, statistics: EncoderStatistics | undefined): void {
    const { chance = 0, ranking = DEFAULT_RANKING } = statistics ?? {};
    this.ready.set(model.manifestSha256, { id, dimension, chance, ranking });
  }

  private async embedMissing(model: UsedModel, encoderId: number): Promise<void> {
    for (;;) {
      const texts = await this.vectors.missing(encoderId, BATCH);
      if (texts.length === 0) return;
      const vectors = textVectors(texts, await embedTexts(model, texts, { bulk: true }));
      await this.database.transaction((tx) => this.vectors.add(tx, encoderId, vectors));
    }
  }

  /** Does work while no other instance does the same. */
  private async alone(lock: string, work: () => Promise<void>): Promise<void> {
    const session = await this.database.openSession();
    try {
      await acquire(session, lock);
      await work();
    } finally {
      await session.close();
    }
  }
}

/** Milliseconds between two tries for a lock that another instance holds. */
const LOCK_PAUSE = 200;

async function acquire(session: DatabaseSession, lock: string): Promise<void> {
  while (!(await session.tryLock(lock))) await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE));
}
