import type { Catalogue } from '../catalogue/catalogue';
import { selectTop } from '../scoring/select-top';
import type { ScoringContext } from '../scoring/features';
import {
  areaUnderCurve,
  averagePrecisionAt,
  giniCoefficient,
  hitAt,
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
}

/** Ranks that are looked at. */
const DEPTH = 100;
const LIST = 10;
/** Events from which on a user is warm. */
const WARM = 5;

type Row = Omit<SegmentMetrics, 'users'>;

/**
 * Judges a way of ranking over the whole catalogue, without sampled negatives, as the mean over users who took anything.
 */
export function evaluateRanking(catalogue: Catalogue, users: readonly TestUser[], scorer: Scorer): RankingReport {
  const available = Array.from({ length: catalogue.size }, (_, place) => place).filter((place) => catalogue.isAvailable(place));
  const [all, warm, cold, unseen]: Row[][] = [[], [], [], []];
  const lists = new ListStatistics(catalogue);
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
    if (relevant.size === 0) continue;
    const isUnseen = (place: number): boolean => isCandidate(place) && !catalogue.isWarm(place);
    unseen.push(judge({ ranked: selectTop(scores, DEPTH, isUnseen), relevant }, scores, isUnseen));
  }
  return {
    task: 'ranking',
    items: available.length,
    ...meanOf(all),
    ...lists.summary(available),
    segments: { warmUsers: meanOf(warm), coldUsers: meanOf(cold), unseenItems: meanOf(unseen) },
  };
}

function judge(list: JudgedList, scores: ArrayLike<number>, isCandidate: (place: number) => boolean): Row {
  return {
    ndcgAt10: ndcgAt(list, LIST),
    recallAt10: recallAt(list, LIST),
    recallAt20: recallAt(list, 20),
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
    const found = new Set(ranked.slice(0, 20));
    this.unseen.wanted += wanted.length;
    this.unseen.found += wanted.filter((place) => found.has(place)).length;
  }

  summary(available: readonly number[]): Omit<RankingMetrics, keyof SegmentMetrics> {
    const counts = available.map((place) => this.counts[place]);
    const warm = available.filter((place) => this.catalogue.isWarm(place));
    const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
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
