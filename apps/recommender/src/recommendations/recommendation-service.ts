import { randomInt, randomUUID } from 'node:crypto';
import type { RecommendationBasis, RecommendationRequest, Recommendations, RecommendedItem } from '@attune/contracts';
import type { Interaction, ScoredItem, UserScores } from '@attune/ranking';
import type { BehaviourRepository } from '../behaviour/behaviour-repository';
import type { ImpressionRepository } from '../impressions/impression-repository';
import type { Arms } from '../model/arms';
import type { ServedRanking } from '../model/served-ranking';
import { arrange } from './arrange';
import { findCandidates, sweepCatalogue } from './candidates';
import { isOpen, passes } from './item-filter';
import { reasonFor } from './reasons';
import { seededUniform } from './seeded-uniform';
import { seenItems } from './seen-items';

/** Latest events of a person that a request reads. */
const MOST_EVENTS = 1_000;

/** What a list is made of. */
interface Ranked {
  readonly basis: RecommendationBasis;
  /** The best first. */
  readonly items: readonly ScoredItem[];
}

/** Makes lists for people. */
export class RecommendationService {
  constructor(
    private readonly behaviour: BehaviourRepository,
    private readonly impressions: ImpressionRepository,
    private readonly arms: Arms,
    private readonly now: () => number = Date.now,
  ) {}

  /** A list, which is written down with what scoring saw of it. */
  async recommend(request: RecommendationRequest): Promise<Recommendations> {
    const { user, session = [], limit, filter, diversity, quotas, seen, placement, explain } = request;
    const impressionId = randomUUID();
    return this.arms.using(user ?? session.at(0) ?? impressionId, async ({ arm, ranking }) => {
      const now = this.now();
      const history = await this.historyOf(user);
      const interactions = [...history, ...sessionInteractions(session, now)];
      const scores = ranking.model.forUser({ interactions, now });
      const left = seenItems(interactions, seen.afterViews);
      if (user !== undefined && seen.afterViews !== undefined && history.length === MOST_EVENTS) {
        for (const item of await this.behaviour.seenBy(user, seen.afterViews)) left.add(item);
      }
      const { basis, items } = await this.rank(ranking, scores, request, (place) => {
        const item = ranking.itemAt(place);
        return ranking.model.catalogue.isAvailable(place) && item !== undefined && !left.has(item.id) && passes(item, filter);
      });
      const listed = arrange(items, {
        vectorOf: ({ place }) => ranking.model.catalogue.textVector(place),
        categoriesOf: ({ place }) => [ranking.itemAt(place)?.category ?? []].flat(),
        limit,
        diversity,
        quotas,
        explore: request.explore,
        newItems: request.newItems ?? ranking.model.catalogue.scoring.newItems ?? 0,
        isNew: ({ place }) => !ranking.model.catalogue.isWarm(place),
        uniform: seededUniform(request.seed ?? randomInt(2 ** 32)),
      });
      await this.impressions.add({
        id: impressionId,
        userId: user,
        session,
        at: new Date(now),
        basis,
        arm,
        modelVersion: ranking.version,
        placement,
        shown: listed.map(({ item: { id, place, score, probability }, explored }) => {
          return { item: id, score, probability, explored, features: [...scores.features(place)] };
        }),
      });
      return {
        impressionId,
        basis,
        modelVersion: ranking.version,
        arm,
        items: listed.map(({ item, explored }): RecommendedItem => {
          const { title, category } = ranking.itemAt(item.place) ?? {};
          return {
            id: item.id,
            score: item.score,
            probability: item.probability,
            explored,
            ...(title === undefined ? {} : { title }),
            ...(category === undefined ? {} : { category }),
            ...(explain ? { parts: scores.parts(item.place), reason: reasonFor(item.place, ranking, scores, interactions, explored) } : {}),
          };
        }),
        ...(listed.length < limit ? { shortOf: whyShort(ranking, request, items.length) } : {}),
      };
    });
  }

  /** What a person did last; nothing where nobody is named. */
  async historyOf(user: string | undefined): Promise<Interaction[]> {
    return user === undefined ? [] : this.behaviour.historyOf(user, MOST_EVENTS);
  }

  /** By the person's history or session where there is one, else by what is popular and what is new. */
  private async rank(
    ranking: ServedRanking,
    scores: UserScores,
    { session = [], limit, filter }: RecommendationRequest,
    allow: (place: number) => boolean,
  ): Promise<Ranked> {
    const { history, now } = scores.context;
    if (history.length === 0) return this.withoutHistory(ranking, scores, filter.categories !== undefined, allow);
    let places = await findCandidates(ranking, scores, allow);
    if (places.length < limit && !isOpen(filter)) places = sweepCatalogue(ranking, allow);
    const items = places.map((place) => scores.scored(place)).sort((one, other) => other.score - one.score);
    const ofSession = new Set(session);
    const isSession = history.every(({ item, at }) => ofSession.has(ranking.model.catalogue.item(item).id) && at <= now);
    return { basis: isSession ? 'session' : 'personal', items };
  }

  private withoutHistory(ranking: ServedRanking, scores: UserScores, inCategory: boolean, allow: (place: number) => boolean): Ranked {
    const popular = ranking.popularPlaces.filter(allow);
    const known = new Set(popular);
    const others = [...ranking.newestPlaces, ...sweepCatalogue(ranking, allow)];
    const rest = [...new Set(others)].filter((place) => !known.has(place) && allow(place));
    const basis = popular.length === 0 ? 'recent' : inCategory ? 'popular-in-category' : 'popular';
    // The order is what counts here: a score of nobody in particular falls with it.
    const items = [...popular, ...rest].map((place, at) => ({ ...scores.scored(place), score: -at }));
    return { basis, items };
  }
}

/** Items looked at just now, a millisecond apart. */
export function sessionInteractions(session: readonly string[], now: number): Interaction[] {
  return session.map((item, place) => ({ item, type: 'viewed', at: now - (session.length - 1 - place) }));
}

function whyShort(ranking: ServedRanking, { filter, seen }: RecommendationRequest, found: number): string {
  if (ranking.size === 0) return 'The catalogue is empty.';
  const left = `${String(found)} item${found === 1 ? ' is' : 's are'} left`;
  const reasons = [...(isOpen(filter) ? [] : ['the filter']), ...(seen.afterViews === undefined ? [] : ['leaving out seen items'])];
  return reasons.length === 0 ? `The catalogue has no more: ${left}.` : `After ${reasons.join(' and ')}, ${left}.`;
}
