import type { ScoreRequest, Scores, SimilarItems } from '@attune/contracts';
import { notFound } from '../items/item-repository';
import type { Arms } from '../model/arms';
import type { ServedRanking } from '../model/served-ranking';
import { sessionInteractions, type RecommendationService } from './recommendation-service';

/** A place of the catalogue for texts that are not in it; no item that is handed in can have such an id. */
const SCRATCH = '\u0000scratch';

/** Scores items for people, and tells which are alike. */
export class ScoreService {
  constructor(
    private readonly recommendations: RecommendationService,
    private readonly arms: Arms,
    private readonly now: () => number = Date.now,
  ) {}

  /** Calibrated scores of items and texts, in the order asked for. */
  score({ user, session = [], items }: ScoreRequest, signal: AbortSignal): Promise<Scores> {
    return this.arms.using(user ?? session.at(0) ?? '', async ({ ranking, embed }) => {
      const { catalogue } = ranking.model;
      const texts = items.flatMap((item) => ('text' in item ? [item.text] : []));
      const vectors = ranking.encoder === undefined ? [] : await embed(texts, signal);
      const interactions = await this.recommendations.historyOf(user);
      const now = this.now();
      const places = items.map((item) => ('id' in item ? catalogue.placeOf(item.id) : undefined));
      let next = 0;
      // From here on nothing waits: the scratch place belongs to this request.
      const scratch = catalogue.upsert({ id: SCRATCH });
      catalogue.remove(SCRATCH);
      const scores = ranking.model.forUser({ interactions: [...interactions, ...sessionInteractions(session, now)], now });
      const scored = items.map((item, at) => {
        const place = places[at];
        if ('id' in item && place !== undefined && ranking.item(item.id) !== undefined) {
          const { score, probability } = scores.scored(place);
          return { id: item.id, known: true, score, probability };
        }
        const vector = 'text' in item ? vectors.at(next++) : undefined;
        catalogue.upsert({ id: SCRATCH, ...(vector === undefined ? {} : { vector }) });
        catalogue.remove(SCRATCH);
        const { score, probability } = scores.scored(scratch);
        return { ...('id' in item ? { id: item.id, known: false } : { known: true }), score, probability };
      });
      return { modelVersion: ranking.version, scores: scored };
    });
  }

  /** @throws AttuneError `not-found` where there is no such item */
  similar(id: string, limit: number): Promise<SimilarItems> {
    return this.arms.using(id, ({ ranking }) => {
      if (ranking.item(id) === undefined) return Promise.reject(notFound(id));
      return Promise.resolve({ modelVersion: ranking.version, items: named(ranking, ranking.model.similar(id, limit)) });
    });
  }

  /** Available items whose texts mean what a text means, the nearest first. */
  search(text: string, limit: number, signal: AbortSignal): Promise<SimilarItems> {
    return this.arms.using('', async ({ ranking, embed }) => {
      if (ranking.encoder === undefined) return { modelVersion: ranking.version, items: [] };
      const [vector] = await embed([text], signal);
      const places = await ranking.placesNear(vector, 2 * limit);
      const { catalogue } = ranking.model;
      const items = places
        .filter((place) => ranking.itemAt(place)?.available === true)
        .map((place) => ({ id: catalogue.item(place).id, score: catalogue.textProduct(place, vector) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
      return { modelVersion: ranking.version, items: named(ranking, items) };
    });
  }
}

function named(ranking: ServedRanking, items: readonly { readonly id: string; readonly score: number }[]): SimilarItems['items'] {
  return items.map(({ id, score }) => {
    const { title, category } = ranking.item(id) ?? {};
    return { id, score, ...(title === undefined ? {} : { title }), ...(category === undefined ? {} : { category }) };
  });
}
