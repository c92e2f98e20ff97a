import type { Catalogue } from '../catalogue/catalogue';
import { keepPlaces, placesKept } from '../diversity/keep-places';
import { selectTop } from '../scoring/select-top';
import type { ScoringContext } from '../scoring/features';
import {
  areaUnderCurve,
  averagePrecisionAt,
  giniCoefficient,
  hitAt,
  hitsAt,
  intraListDiversity,
  ndcgAt,
  recallAt,
  reciprocalRank,
  type JudgedList,
} from './metrics';

/** A user at the moment from which on their behaviour is foretold. */
export interface TestUser extends ScoringContext {
  id: string;
  /** Places that are left out of lists: what the user knows already. */
  seen: ReadonlySet<number>;
  /** Places of what the user took later, seen ones left out. */
  relevant: ReadonlySet<number>;
}

/** Scores of all items by their place. */
export type Scorer = (user: TestUser) => ArrayLike<number>;

/** How good lists are for a group of users. */
export interface SegmentMetrics {
  users: number;
  ndcgAt10: number;
  recallAt10: number;
  recallAt20: number;
  mapAt10: number;
  /** Over the first 100. */
  mrr: number;
  hitRateAt10: number;
  auc: number;
}

/** How good lists are, and what they are like. */
export interface RankingMetrics extends SegmentMetrics {
  /** Share of the catalogue that stands in anybody's first ten. */
  coverageAt10: number;
  /** The same of the items with training events, as other systems count. */
  coverageOfSeenAt10: number;
  /** Mean surprise of listed items in bits: −log₂ of the share of training users who took them. */
  noveltyAt10: number;
  /** Mean distance of the texts within a list. */
  diversityAt10: number;
  /** Gini coefficient of how often items are listed. */
  giniAt10: number;
  /** Mean popularity of listed items over that of the items in the same users' histories. */
  popularityBiasAt10: number;
  /** Share of the later behaviour with items that training never saw that is among the first 20 of the whole catalogue. */
  unseenRecallAt20: number;
}

/** How lists of 20 are of which a share of the places is kept for items that training did not see. */
export interface NewItemFigures extends Pick<RankingMetrics, 'ndcgAt10' | 'recallAt20' | 'unseenRecallAt20' | 'coverageAt10'> {
  share: number;
  /** Share of the items that training did not see that stands in anybody's first 20. */
  unseenCoverageAt20: number;
}

/** A report on a way of ranking. */
export interface RankingReport extends RankingMetrics {
  task: 'ranking';
  items: number;
  segments: {
    /** Users with five events or more. */
    warmUsers: SegmentMetrics;
    coldUsers: SegmentMetrics;
    /** Items that training did not see, ranked among themselves, for the users who took one. */
    unseenItems: SegmentMetrics;
  };
  /** By the share of places that are kept for new items, where that was asked for. */
  newItems?: NewItemFigures[];
}

/** Ranks that are looked at. */
const DEPTH = 100;
const LIST = 10;
const LONG_LIST = 20;
/** Events from which on a user is warm. */
const WARM = 5;

type Row = Omit<SegmentMetrics, 'users'>;

/**
 * Judges a way of ranking over the whole catalogue, without sampled negatives, as the mean over users who took anything.
 *
 * @param newItemShares shares of lists that are kept for items that training did not see, each of which is judged too
 */
export function evaluateRanking(
  catalogue: Catalogue,
  users: readonly TestUser[],
  scorer: Scorer,
  newItemShares: readonly number[] = [],
): RankingReport {
  const available = Array.from({ length: catalogue.size }, (_, place) => place).filter((place) => catalogue.isAvailable(place));
  const [all, warm, cold, unseen]: Row[][] = [[], [], [], []];
  const lists = new ListStatistics(catalogue);
  const kept = newItemShares.map((share) => new NewItemStatistics(catalogue, share));
  for (const user of users) {
    if (user.relevant.size === 0) continue;
    const scores = scorer(user);
    const candidates = new Uint8Array(catalogue.size);
    for (const place of available) candidates[place] = 1;
    for (const place of user.seen) candidates[place] = 0;
    const isCandidate = (place: number): boolean => candidates[place] === 1;
    const ranked = selectTop(scores, DEPTH, isCandidate);
    const row = judge({ ranked, relevant: user.relevant }, scores, isCandidate);
    all.push(row);
    (user.history.length < WARM ? cold : warm).push(row);
    lists.add(user, ranked);
    const relevant = new Set([...user.relevant].filter((place) => !catalogue.isWarm(place)));
    if (relevant.size === 0 && kept.length === 0) continue;
    const isUnseen = (place: number): boolean => isCandidate(place) && !catalogue.isWarm(place);
    const fresh = selectTop(scores, DEPTH, isUnseen);
    for (const statistics of kept) statistics.add(user.relevant, ranked, fresh);
    if (relevant.size > 0) unseen.push(judge({ ranked: fresh, relevant }, scores, isUnseen));
  }
  return {
    task: 'ranking',
    items: available.length,
    ...meanOf(all),
    ...lists.summary(available),
    segments: { warmUsers: meanOf(warm), coldUsers: meanOf(cold), unseenItems: meanOf(unseen) },
    ...(kept.length > 0 && { newItems: kept.map((statistics) => statistics.summary(available)) }),
  };
}

function judge(list: JudgedList, scores: ArrayLike<number>, isCandidate: (place: number) => boolean): Row {
  return {
    ndcgAt10: ndcgAt(list, LIST),
    recallAt10: recallAt(list, LIST),
    recallAt20: recallAt(list, LONG_LIST),
    mapAt10: averagePrecisionAt(list, LIST),
    mrr: reciprocalRank(list),
    hitRateAt10: hitAt(list, LIST),
    auc: areaUnderCurve(scores, list.relevant, isCandidate) ?? NaN,
  };
}

function meanOf(rows: readonly Row[]): SegmentMetrics {
  const mean = (key: keyof Row): number => {
    const known = rows.map((row) => row[key]).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    users: rows.length,
    ndcgAt10: mean('ndcgAt10'),
    recallAt10: mean('recallAt10'),
    recallAt20: mean('recallAt20'),
    mapAt10: mean('mapAt10'),
    mrr: mean('mrr'),
    hitRateAt10: mean('hitRateAt10'),
    auc: mean('auc'),
  };
}

/** What the lists of all users are like together. */
class ListStatistics {
  private readonly counts: Float64Array;
  private readonly whole: number;
  private novelty = 0;
  private diversity = { sum: 0, lists: 0 };
  private listed = { popularity: 0, places: 0 };
  private known = { popularity: 0, places: 0 };
  private unseen = { found: 0, wanted: 0 };

  constructor(private readonly catalogue: Catalogue) {
    this.counts = new Float64Array(catalogue.size);
    let most = 1;
    for (let place = 0; place < catalogue.size; place++) most += catalogue.popularity.total(place);
    this.whole = most;
  }

  add({ history, relevant }: TestUser, ranked: readonly number[]): void {
    const { catalogue } = this;
    const first = ranked.slice(0, LIST);
    for (const place of first) {
      this.counts[place]++;
      const popularity = catalogue.popularity.total(place);
      this.listed.popularity += popularity;
      this.novelty -= Math.log2((popularity + 1) / this.whole);
    }
    this.listed.places += first.length;
    for (const { item } of history) this.known.popularity += catalogue.popularity.total(item);
    this.known.places += history.length;
    const diversity = intraListDiversity(first.map((place) => catalogue.textVector(place)));
    if (diversity !== undefined) {
      this.diversity.sum += diversity;
      this.diversity.lists++;
    }
    const wanted = [...relevant].filter((place) => !catalogue.isWarm(place));
    this.unseen.wanted += wanted.length;
    this.unseen.found += hitsAt({ ranked, relevant: new Set(wanted) }, LONG_LIST);
  }

  summary(available: readonly number[]): Omit<RankingMetrics, keyof SegmentMetrics> {
    const counts = available.map((place) => this.counts[place]);
    const warm = available.filter((place) => this.catalogue.isWarm(place));
    const places = this.listed.places;
    return {
      coverageAt10: ratio(counts.filter((count) => count > 0).length, available.length),
      coverageOfSeenAt10: ratio(warm.filter((place) => this.counts[place] > 0).length, warm.length),
      noveltyAt10: ratio(this.novelty, places),
      diversityAt10: ratio(this.diversity.sum, this.diversity.lists),
      giniAt10: giniCoefficient(counts),
      popularityBiasAt10: ratio(ratio(this.listed.popularity, places), ratio(this.known.popularity, this.known.places)),
      unseenRecallAt20: ratio(this.unseen.found, this.unseen.wanted),
    };
  }
}

/** What lists are like of which a share is kept for new items. */
class NewItemStatistics {
  private readonly listed = new Set<number>();
  private readonly listedInLong = new Set<number>();
  private sums = { users: 0, ndcg: 0, recall: 0, found: 0, wanted: 0 };

  constructor(
    private readonly catalogue: Catalogue,
    private readonly share: number,
  ) {}

  add(relevant: ReadonlySet<number>, ranked: readonly number[], fresh: readonly number[]): void {
    const { catalogue, sums } = this;
    const { list } = keepPlaces(ranked, fresh, LONG_LIST, placesKept(LONG_LIST, this.share, 0));
    sums.users++;
    sums.ndcg += ndcgAt({ ranked: list, relevant }, LIST);
    sums.recall += recallAt({ ranked: list, relevant }, LONG_LIST);
    const wanted = new Set([...relevant].filter((place) => !catalogue.isWarm(place)));
    sums.wanted += wanted.size;
    sums.found += hitsAt({ ranked: list, relevant: wanted }, LONG_LIST);
    for (const place of list) this.listedInLong.add(place);
    for (const place of list.slice(0, LIST)) this.listed.add(place);
  }

  summary(available: readonly number[]): NewItemFigures {
    const { users, ndcg, recall, found, wanted } = this.sums;
    const unseen = available.filter((place) => !this.catalogue.isWarm(place));
    const covered = (places: readonly number[], by: ReadonlySet<number>): number =>
      ratio(places.filter((place) => by.has(place)).length, places.length);
    return {
      share: this.share,
      ndcgAt10: ratio(ndcg, users),
      recallAt20: ratio(recall, users),
      unseenRecallAt20: ratio(found, wanted),
      coverageAt10: covered(available, this.listed),
      unseenCoverageAt20: covered(unseen, this.listedInLong),
    };
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
