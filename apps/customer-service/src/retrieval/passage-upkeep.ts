import { DEFAULT_PASSAGE_RANKING, type LearntRanking } from '@attune/dialogue';
import type { Database } from '@attune/storage';
import type { PassageStatistics } from '../database/schema';
import type { UsedModel } from '../model/dialogue-model';
import type { PassageLearner } from './passage-learner';
import type { PassageVectors } from './passage-vectors';
import type { KnownEncoder } from './vector-index';

/** Passages that are embedded together. */
const BATCH = 256;
/** Share by which the documents must have grown or shrunk before the ranking is learnt anew. */
const GROWTH = 0.2;

/** How passages are ranked with an encoder. */
export interface PassageRanking {
  /** Mean cosine of questions and unrelated passages: what nearness means nothing. */
  readonly chance: number;
  readonly ranking: LearntRanking;
}

/** Gives the passages of documents what a search in them needs, encoder by encoder: a vector for each, and a ranking. */
export class PassageUpkeep {
  private readonly known = new Map<number, PassageStatistics>();

  constructor(
    private readonly database: Database,
    private readonly vectors: PassageVectors,
    private readonly learner: PassageLearner,
  ) {}

  /** What was learnt; defaults where there are too few passages to learn from. */
  rankingOf({ id, chance }: KnownEncoder & { readonly chance: number }): PassageRanking {
    return this.known.get(id) ?? { chance, ranking: DEFAULT_PASSAGE_RANKING };
  }

  /** Gives every passage a vector before an encoder serves, and learns how to rank with them. */
  async prepare(model: UsedModel, encoder: KnownEncoder): Promise<void> {
    await this.embedMissing(model, encoder.id);
    await this.vectors.build(encoder);
    // What was written while the index was built.
    await this.embedMissing(model, encoder.id);
    await this.refresh(model, { ...encoder, chance: 0 }, true);
  }

  /** Embeds passages that have no vector of an encoder yet, such as what an instance wrote that serves another one. */
  async embedMissing(model: UsedModel, encoderId: number): Promise<void> {
    for (;;) {
      const passages = await this.vectors.missingPassages(encoderId, BATCH);
      if (passages.length === 0) return;
      const embeddings = await model.embed(
        passages.map(({ searchText }) => searchText),
        { bulk: true },
      );
      const vectors = passages.map(({ id }, place) => ({ textId: id, embedding: embeddings[place] }));
      await this.database.transaction((tx) => this.vectors.add(tx, encoderId, vectors));
    }
  }

  /** Holds the vectors of passages in memory. */
  hold(encoder: KnownEncoder, signal?: AbortSignal): Promise<void> {
    return this.vectors.hold(encoder, signal);
  }

  /** Takes over what another instance has learnt, or learns anew where the documents have changed much and rest. */
  async refresh(model: UsedModel, encoder: KnownEncoder & { readonly chance: number }, rests: boolean): Promise<void> {
    const { passages } = this.learner;
    let statistics = await this.vectors.statisticsOf(encoder.id);
    const isDue = Math.abs(passages - (statistics?.passages ?? 0)) > (statistics?.passages ?? 0) * GROWTH;
    if (rests && isDue) {
      const learnt = await this.learner.learn(model, encoder, this.rankingOf(encoder).ranking.weights);
      if (learnt !== undefined) await this.vectors.keepStatistics(encoder.id, learnt);
      statistics = learnt ?? statistics;
    }
    if (statistics !== undefined) this.known.set(encoder.id, statistics);
  }
}
