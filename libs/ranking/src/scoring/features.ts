import { dotProduct } from '@attune/artifact';
import type { HistoryEntry } from '../behaviour/interaction';
import type { Catalogue } from '../catalogue/catalogue';
import type { SparseSums } from '../catalogue/sparse-sums';

/**
 * What scoring looks at, in the order of a row of features. Each is 0 where nothing is known, grows with how well an item fits and is below 0
 * where something speaks against it, so that a scoring head may be held to weights of 0 and more. `unseen` alone, which tells items apart that
 * training saw no events of, may count either way.
 */
export const FEATURES = [
  'match',
  'collaborative',
  'text',
  'textOfUnseen',
  'category',
  'categoryOfUnseen',
  'numbers',
  'numbersOfUnseen',
  'popularity',
  'recentPopularity',
  'recency',
  'unseen',
] as const;

export type FeatureName = (typeof FEATURES)[number];

/** Features whose weight may be below 0. */
export const FREE_FEATURES: ReadonlySet<FeatureName> = new Set(['unseen']);

/** Whose wish is looked at, and when. */
export interface ScoringContext {
  /** The latest first, as `readHistory` gives it. */
  history: readonly HistoryEntry[];
  /** Time of the request, in milliseconds since 1970. */
  now: number;
}

/** How popular items are at a moment; a catalogue's own table where nothing else is given. */
export interface PopularitySource {
  total(item: number): number;
  at(item: number, now: number): number;
}

const DAY = 24 * 60 * 60 * 1000;
/** Days after which the newness of an item has fallen to one half. */
const NEW_DAYS = 30;

/**
 * Computes features of items for one user at one moment. What depends on the user alone is computed once, here; the same code runs when a
 * head is trained, evaluated and served.
 */
export class FeatureExtractor {
  /** What the items of the history say of others. */
  readonly collaborative: SparseSums;
  /** Where the texts of a history point: of length 1, or of zeros where there are none. */
  readonly text: Float32Array;
  private readonly user: Float32Array;
  private readonly categories = new Map<number, number>();
  private readonly numbers: { mean: number; spread: number; sureness: number }[];
  /** How little is known of the user, 0 to 1: what is popular matters least for whom others speak already. */
  private readonly strangeness: number;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly context: ScoringContext,
    private readonly popularity: PopularitySource = catalogue.popularity,
  ) {
    const { recency, tasteRecency } = catalogue.scoring.behaviour;
    const { history } = context;
    const shares = history.map(({ weight }, place) => weight * Math.exp(-place / recency));
    this.collaborative = catalogue.sumNeighbours(history, shares);
    this.strangeness = 1 / (1 + history.filter(({ weight }) => weight > 0).length);
    const taste = history.map(({ weight }, place) => weight * Math.exp(-place / tasteRecency));
    this.text = this.pool(taste, catalogue.textWidth, (item) => catalogue.centredText(item));
    this.user = this.pool(attentionOf(catalogue, history), catalogue.matchWidth, (item) => catalogue.matchVector(item));
    this.tasteInCategories(taste);
    this.numbers = catalogue.numbers.map((_, attribute) => this.tasteInNumber(attribute, taste));
  }

  /** Writes the features of one item into `row`. */
  write(item: number, row: Float64Array | Float32Array): void {
    const { catalogue, context, popularity } = this;
    const { categories, numbers, firstAt } = catalogue.item(item);
    const isUnseen = catalogue.isWarm(item) ? 0 : 1;
    const text = catalogue.centredTextProduct(item, this.text);
    const category = this.categoryAffinity(categories);
    const near = this.nearness(numbers);
    row[0] = catalogue.matchProduct(item, this.user);
    row[1] = signedLogarithm(this.collaborative.of(item));
    row[2] = text;
    row[3] = text * isUnseen;
    row[4] = category;
    row[5] = category * isUnseen;
    row[6] = near;
    row[7] = near * isUnseen;
    row[8] = Math.log1p(popularity.total(item)) * this.strangeness;
    row[9] = Math.log1p(popularity.at(item, context.now)) * this.strangeness;
    row[10] = firstAt === undefined || firstAt > context.now ? 0 : 2 ** ((firstAt - context.now) / (NEW_DAYS * DAY));
    row[11] = isUnseen;
  }

  /** Weighted mean of vectors of a history, of length 1 where there is any. */
  private pool(weights: readonly number[], width: number, vectorOf: (item: number) => Float32Array): Float32Array {
    const sum = new Float32Array(width);
    if (width === 0) return sum;
    this.context.history.forEach(({ item }, place) => {
      const vector = vectorOf(item);
      for (let axis = 0; axis < width; axis++) sum[axis] += weights[place] * vector[axis];
    });
    const length = Math.sqrt(dotProduct(sum, sum));
    return Float32Array.from(sum, (value) => (length === 0 ? 0 : value / length));
  }

  private tasteInCategories(taste: readonly number[]): void {
    let whole = 0;
    this.context.history.forEach(({ item }, place) => {
      const own = this.catalogue.item(item).categories;
      if (own.length === 0) return;
      whole += Math.abs(taste[place]);
      const share = taste[place] / Math.sqrt(own.length);
      for (const category of own) this.categories.set(category, (this.categories.get(category) ?? 0) + share);
    });
    for (const [category, value] of this.categories) this.categories.set(category, value / whole);
  }

  private categoryAffinity(own: readonly number[]): number {
    if (own.length === 0) return 0;
    let sum = 0;
    for (const category of own) sum += this.categories.get(category) ?? 0;
    return sum / Math.sqrt(own.length);
  }

  /** Mean and spread of a numeric attribute in a history, drawn towards those of the catalogue as if by one more event. */
  private tasteInNumber(attribute: number, taste: readonly number[]): { mean: number; spread: number; sureness: number } {
    let [weight, sum, squares] = [0, 0, 0];
    this.context.history.forEach(({ item }, place) => {
      const value = this.catalogue.item(item).numbers[attribute];
      if (Number.isNaN(value) || taste[place] <= 0) return;
      weight += taste[place];
      sum += taste[place] * value;
      squares += taste[place] * value * value;
    });
    if (weight === 0) return { mean: 0, spread: 1, sureness: 0 };
    const mean = sum / weight;
    const variance = Math.max(0, squares / weight - mean * mean);
    const spread = Math.sqrt((weight * variance + 1) / (weight + 1));
    return { mean, spread, sureness: weight / (weight + 1) };
  }

  /** From 0 to 1: how near an item's numbers are to the user's, the mean over attributes of a bell curve. */
  private nearness(numbers: Float64Array): number {
    let [sum, count] = [0, 0];
    for (let attribute = 0; attribute < numbers.length; attribute++) {
      if (Number.isNaN(numbers[attribute])) continue;
      const { mean, spread, sureness } = this.numbers[attribute];
      sum += sureness * Math.exp(-0.5 * ((numbers[attribute] - mean) / spread) ** 2);
      count++;
    }
    return count === 0 ? 0 : sum / count;
  }
}

/** Collaborative sums from which on their logarithm grows: in them one event among hundreds is a few thousandths. */
const SMALL_SUM = 1 / 300;

/**
 * The logarithm of a sum's size, with its sign. The sums are like expected counts, with a few large ones, and the score is like the logarithm
 * of a probability.
 */
function signedLogarithm(sum: number): number {
  return Math.sign(sum) * Math.log1p(Math.abs(sum) / SMALL_SUM);
}

/** Attention of the user tower over a history: a softmax whose logits fall with the place and differ by type; dislikes are left out. */
export function attentionOf(catalogue: Pick<Catalogue, 'scoring'>, history: readonly HistoryEntry[]): number[] {
  const attention = catalogue.scoring.attention;
  if (attention === undefined) return history.map(() => 0);
  const weights = history.map(({ type, weight }, place) => {
    if (weight <= 0) return 0;
    const bias = attention.typeBias[type ?? ''] ?? 0;
    return weight * Math.exp((bias - attention.timeDecay * Math.log(place + 1)) / attention.temperature);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum === 0 ? weights : weights.map((weight) => weight / sum);
}
