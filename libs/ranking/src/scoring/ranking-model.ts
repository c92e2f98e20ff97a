import { AttuneError, dotProduct, type RankingHead } from '@attune/artifact';
import { readHistory, type Interaction } from '../behaviour/interaction';
import { Catalogue } from '../catalogue/catalogue';
import { probabilityOf } from './calibration';
import { FEATURES, FeatureExtractor, type FeatureName, type PopularitySource, type ScoringContext } from './features';
import { selectTop } from './select-top';

/** A scored item. */
export interface ScoredItem {
  /** Place in the catalogue. */
  place: number;
  id: string;
  /** What the list is ordered by; without unit. */
  score: number;
  /** Calibrated probability that the user takes the item next. */
  probability: number;
}

/** What a feature adds to a score. */
export type ScoreParts = Record<FeatureName, number>;

/** A request for scores. */
export interface ScoringRequest {
  /** Everything known of the user, in any order. */
  interactions: readonly Interaction[];
  /** In milliseconds since 1970. */
  now: number;
  /** How popular items are; the catalogue's own table where absent. */
  popularity?: PopularitySource;
}

/** An item of the history that speaks for a recommended one, for a reason in words. */
export interface Evidence {
  /** Id of the item in the history. */
  id: string;
  /** How much it adds to the collaborative score, and the cosine of the two texts. */
  collaborative: number;
  text: number;
}

/**
 * A ranking head ready to score: pure computation, no input or output. Training, `attune evaluate` and the service all score through it.
 *
 *     const model = new RankingModel(await readRankingHead(directory));   // of @attune/artifact
 *     const user = model.forUser({ interactions, now: Date.now() });
 *     const best = user.top(10);
 *
 * A new item is scored at once after `model.catalogue.upsert(…)`, and behaviour counts once it is among the interactions and was told to
 * `model.catalogue.popularity.record(…)`.
 */
export class RankingModel {
  readonly catalogue: Catalogue;
  /** Weights of features as they are, and what all scores have in common. */
  private readonly weights: Float64Array;
  private readonly offset: number;

  /**
   * @param head its parts, or a catalogue that is shared with another model
   * @param features of the scoring head; the catalogue's own where absent
   */
  constructor(head: RankingHead | Catalogue, features?: RankingHead['scoring']['features']) {
    this.catalogue = head instanceof Catalogue ? head : new Catalogue(head);
    const used = features ?? head.scoring.features;
    const unknown = used.find(({ name }) => !FEATURES.some((known) => known === name));
    if (unknown !== undefined) {
      throw new AttuneError('bad-model', `The ranking head scores by "${unknown.name}", which this program does not know.`, {
        remedy: 'Update attune, or train the head again.',
      });
    }
    const byName = new Map(used.map((feature) => [feature.name, feature]));
    this.weights = Float64Array.from(FEATURES, (name) => {
      const feature = byName.get(name);
      return feature === undefined ? 0 : feature.weight / feature.deviation;
    });
    this.offset = -used.reduce((sum, { weight, mean, deviation }) => sum + (weight * mean) / deviation, 0);
  }

  /** A model of the same catalogue with other weights. */
  withFeatures(features: RankingHead['scoring']['features']): RankingModel {
    return new RankingModel(this.catalogue, features);
  }

  /** Reads a history as scoring does: items that the catalogue does not know are left out. */
  readHistory(interactions: readonly Interaction[], now: number): ScoringContext {
    const { catalogue } = this;
    return { history: readHistory(interactions, now, catalogue.scoring.behaviour, (id) => catalogue.placeOf(id)), now };
  }

  /** Prepares scoring for one user at one moment. */
  forUser({ interactions, now, popularity }: ScoringRequest): UserScores {
    return this.inContext(this.readHistory(interactions, now), popularity);
  }

  /** Prepares scoring in a context that was read before. */
  inContext(context: ScoringContext, popularity?: PopularitySource): UserScores {
    return new UserScores(this.catalogue, context, popularity, this.weights, this.offset);
  }

  /**
   * Items most like one, by the collaborative weights and the texts.
   *
   * @param balance share of the collaborative side, 0 to 1
   */
  similar(id: string, count: number, balance = 0.5): { place: number; id: string; score: number }[] {
    const { catalogue } = this;
    const own = catalogue.placeOf(id);
    if (own === undefined) return [];
    const scores = new Float64Array(catalogue.size);
    let largest = 0;
    catalogue.forNeighbours(own, (_, weight) => (largest = Math.max(largest, weight)));
    if (largest > 0) catalogue.forNeighbours(own, (item, weight) => (scores[item] += (balance * Math.max(0, weight)) / largest));
    const vector = catalogue.textVector(own);
    for (let item = 0; item < scores.length; item++) scores[item] += (1 - balance) * dotProduct(vector, catalogue.textVector(item));
    const allowed = (item: number): boolean => item !== own && catalogue.isAvailable(item);
    return selectTop(scores, count, allowed).map((place) => ({ place, id: catalogue.item(place).id, score: scores[place] }));
  }
}

/** Scores of items for one user at one moment. */
export class UserScores {
  private readonly extractor: FeatureExtractor;
  private readonly row = new Float64Array(FEATURES.length);

  constructor(
    private readonly catalogue: Catalogue,
    readonly context: ScoringContext,
    popularity: PopularitySource | undefined,
    private readonly weights: Float64Array,
    private readonly offset: number,
  ) {
    this.extractor = new FeatureExtractor(catalogue, context, popularity);
  }

  /** Features of an item as they are logged with an impression, in the order of `FEATURES`. */
  features(place: number): Float64Array {
    this.extractor.write(place, this.row);
    return this.row.slice();
  }

  /** Features of every item, `[items × FEATURES]`, into `matrix`. */
  writeAll(matrix: Float32Array): void {
    for (let place = 0; place < this.catalogue.size; place++) {
      this.extractor.write(place, this.row);
      matrix.set(this.row, place * FEATURES.length);
    }
  }

  /** Where the texts of the history point, to search near texts by: of length 1, or of zeros where there are none. */
  tasteVector(): Float32Array {
    return this.extractor.text;
  }

  /** Items that those in the history speak for by the collaborative weights, the best first; items of the history itself are left out. */
  collaborativeCandidates(count: number): number[] {
    const { places, values } = this.extractor.collaborative;
    const known = new Set(this.context.history.map(({ item }) => item));
    const isCandidate = (at: number): boolean => values[at] > 0 && !known.has(places[at]) && this.catalogue.isAvailable(places[at]);
    return selectTop(values, count, isCandidate).map((at) => places[at]);
  }

  score(place: number): number {
    this.extractor.write(place, this.row);
    return this.offset + dotProduct(this.weights, this.row);
  }

  scored(place: number): ScoredItem {
    const score = this.score(place);
    return { place, id: this.catalogue.item(place).id, score, probability: probabilityOf(this.catalogue.scoring.calibration, score) };
  }

  /** Scores of all items by their place. */
  all(): Float64Array {
    return Float64Array.from({ length: this.catalogue.size }, (_, place) => this.score(place));
  }

  /**
   * The best items, seen ones left out.
   *
   * @param options.candidates places to look at; the whole catalogue where absent
   * @param options.allow what else must hold of an item
   */
  top(
    count: number,
    options: { candidates?: readonly number[]; allow?: (place: number) => boolean; seen?: 'exclude' | 'include' } = {},
  ): ScoredItem[] {
    const { catalogue, context } = this;
    const seen = new Set(options.seen === 'include' ? [] : context.history.map(({ item }) => item));
    const allowed = (place: number): boolean => !seen.has(place) && catalogue.isAvailable(place) && (options.allow?.(place) ?? true);
    const places = options.candidates ?? Array.from({ length: catalogue.size }, (_, place) => place);
    const scores = Float64Array.from(places, (place) => (allowed(place) ? this.score(place) : -Infinity));
    return selectTop(scores, count, (at) => scores[at] > -Infinity).map((at) => this.scored(places[at]));
  }

  /** What each feature adds to an item's score. */
  parts(place: number): ScoreParts {
    const row = this.features(place);
    return Object.fromEntries(FEATURES.map((name, at) => [name, this.weights[at] * row[at]])) as ScoreParts;
  }

  /** The items of the history that speak most for an item, the most telling first. */
  evidence(place: number, count = 3): Evidence[] {
    const { catalogue } = this;
    const vector = catalogue.textVector(place);
    const found = this.context.history.flatMap(({ item, weight }, at) => {
      if (weight <= 0) return [];
      let collaborative = 0;
      catalogue.forNeighbours(item, (other, value) => {
        if (other === place) collaborative += weight * value * Math.exp(-at / catalogue.scoring.behaviour.recency);
      });
      return [{ id: catalogue.item(item).id, collaborative, text: dotProduct(vector, catalogue.textVector(item)) }];
    });
    const [byOthers, byText] = [this.weights[1], Math.abs(this.weights[2]) + Math.abs(this.weights[3])];
    const strength = (one: Evidence): number => byOthers * one.collaborative + byText * one.text;
    return found.sort((a, b) => strength(b) - strength(a)).slice(0, count);
  }
}
