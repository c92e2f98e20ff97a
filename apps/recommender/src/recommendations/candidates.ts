import { mergeCandidates, type CandidateSource, type UserScores } from '@attune/ranking';
import type { ServedRanking } from '../model/served-ranking';

/** Catalogues up to this size are scored whole. */
const WHOLE = 2_000;
/** Candidates that are scored of a larger one, and those that one way of looking gives. */
const MOST = 600;
const EACH = 300;
/** Of those by the nearest texts, whose search costs most. */
const NEAREST = 100;

/** The items among which a list is chosen: what similar people did, texts near to the latest ones, what is popular, what is new. */
export async function findCandidates(ranking: ServedRanking, scores: UserScores, allow: (place: number) => boolean): Promise<number[]> {
  const { catalogue } = ranking.model;
  if (catalogue.size <= WHOLE) return everyPlace(catalogue.size).filter(allow);
  const sources: CandidateSource[] = [
    { name: 'collaborative', places: scores.collaborativeCandidates(EACH), share: 2 },
    { name: 'text', places: await nearTexts(ranking, scores), share: 2 },
    { name: 'popular', places: ranking.popularPlaces },
    { name: 'new', places: ranking.newestPlaces },
  ];
  const allowed = sources.map(({ places, ...source }) => ({ ...source, places: places.filter(allow) }));
  return mergeCandidates(allowed, MOST).map(({ place }) => place);
}

/** Where a filter has left too little: whatever passes it in the whole catalogue. */
export function sweepCatalogue(ranking: ServedRanking, allow: (place: number) => boolean): number[] {
  const found: number[] = [];
  for (let place = 0; place < ranking.model.catalogue.size && found.length < MOST; place++) if (allow(place)) found.push(place);
  return found;
}

function everyPlace(size: number): number[] {
  return Array.from({ length: size }, (_, place) => place);
}

async function nearTexts(ranking: ServedRanking, scores: UserScores): Promise<number[]> {
  const taste = scores.tasteVector();
  return taste.every((value) => value === 0) ? [] : ranking.placesNear(taste, NEAREST);
}
