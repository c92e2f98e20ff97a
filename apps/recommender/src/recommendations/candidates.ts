import { mergeCandidates, type CandidateSource, type UserScores } from '@attune/ranking';
import type { ItemVectors } from '../items/item-vectors';
import type { ServedRanking } from '../model/served-ranking';

/** Catalogues up to this size are scored whole. */
const WHOLE = 2_000;
/** Candidates that are scored of a larger one, and those that one way of looking gives. */
const MOST = 600;
const EACH = 300;
/** Of those by the nearest texts, whose search costs most. */
const NEAREST = 100;

/** Finds the items among which a list is chosen: what similar people did, texts near to the latest ones, what is popular, what is new. */
export class Candidates {
  constructor(private readonly vectors: ItemVectors) {}

  async find(ranking: ServedRanking, scores: UserScores, allow: (place: number) => boolean): Promise<number[]> {
    const { catalogue } = ranking.model;
    if (catalogue.size <= WHOLE) return everyPlace(catalogue.size).filter(allow);
    const sources: CandidateSource[] = [
      { name: 'collaborative', places: scores.collaborativeCandidates(EACH), share: 2 },
      { name: 'text', places: await this.nearTexts(ranking, scores), share: 2 },
      { name: 'popular', places: ranking.popularPlaces },
      { name: 'new', places: ranking.newestPlaces },
    ];
    const allowed = sources.map(({ places, ...source }) => ({ ...source, places: places.filter(allow) }));
    return mergeCandidates(allowed, MOST).map(({ place }) => place);
  }

  /** Where a filter has left too little: whatever passes it in the whole catalogue. */
  sweep(ranking: ServedRanking, allow: (place: number) => boolean): number[] {
    const found: number[] = [];
    for (let place = 0; place < ranking.model.catalogue.size && found.length < MOST; place++) if (allow(place)) found.push(place);
    return found;
  }

  private async nearTexts({ encoder, model: { catalogue } }: ServedRanking, scores: UserScores): Promise<number[]> {
    const taste = scores.tasteVector();
    if (encoder === undefined || taste.every((value) => value === 0)) return [];
    const hits = await this.vectors.search(encoder.known, taste, NEAREST);
    return hits.flatMap(({ id }) => catalogue.placeOf(id) ?? []);
  }
}

function everyPlace(size: number): number[] {
  return Array.from({ length: size }, (_, place) => place);
}
