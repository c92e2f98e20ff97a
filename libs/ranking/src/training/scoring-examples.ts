import type { TestUser } from '../evaluation/evaluate-ranking';
import { FEATURES, type PopularitySource } from '../scoring/features';
import type { RankingModel } from '../scoring/ranking-model';
import { selectTop } from '../scoring/select-top';

/** What a scoring head learns from: for each user what they took, and items that they did not take. */
export interface ScoringExamples {
  /** `[rows × FEATURES]` */
  features: Float32Array;
  /** 1 where the item was taken. */
  labels: Uint8Array;
  /** How many items of the catalogue a row stands for: 1, or more where items were drawn at random. */
  standsFor: Float32Array;
  /** First row of each user, and the number of rows at the end. */
  starts: number[];
}

export interface ExampleOptions {
  popularity: PopularitySource;
  /** Items that are the best by each of these features are all looked at, so many of each. */
  hard: number;
  /** Items drawn from the rest. */
  drawn: number;
  /** Numbers in [0, 1) from a seeded generator. */
  uniform: () => number;
}

/** Features by which hard negatives are found: those that order a catalogue by themselves. */
const HARD_BY = ['match', 'collaborative', 'text', 'category', 'popularity', 'recentPopularity'].map((name) =>
  FEATURES.findIndex((one) => one === name),
);

/** Features of what users took, of the items that are hardest to tell from these, and of some of the rest. */
export function scoringExamples(model: RankingModel, users: readonly TestUser[], options: ExampleOptions): ScoringExamples {
  const width = FEATURES.length;
  const { catalogue } = model;
  const matrix = new Float32Array(catalogue.size * width);
  const chunks: Float32Array[] = [];
  const labels: number[] = [];
  const standsFor: number[] = [];
  const starts: number[] = [0];
  for (const user of users) {
    if (user.relevant.size === 0) continue;
    model.inContext(user, options.popularity).writeAll(matrix);
    const rest = Array.from({ length: catalogue.size }, (_, place) => place).filter(
      (place) => !user.seen.has(place) && !user.relevant.has(place),
    );
    const hard = hardest(matrix, width, rest, options.hard);
    const easy = rest.filter((place) => !hard.has(place));
    const drawn = draw(easy, options.drawn, options.uniform);
    const chosen = [...user.relevant, ...hard, ...drawn];
    const chunk = new Float32Array(chosen.length * width);
    chosen.forEach((place, row) => {
      chunk.set(matrix.subarray(place * width, (place + 1) * width), row * width);
      labels.push(row < user.relevant.size ? 1 : 0);
      standsFor.push(row < user.relevant.size + hard.size ? 1 : easy.length / drawn.length);
    });
    chunks.push(chunk);
    starts.push(labels.length);
  }
  const features = new Float32Array(labels.length * width);
  chunks.forEach((chunk, at) => features.set(chunk, starts[at] * width));
  return { features, labels: Uint8Array.from(labels), standsFor: Float32Array.from(standsFor), starts };
}

function hardest(matrix: Float32Array, width: number, rest: readonly number[], count: number): Set<number> {
  const hard = new Set<number>();
  for (const feature of HARD_BY) {
    const scores = Float64Array.from(rest, (place) => matrix[place * width + feature]);
    for (const at of selectTop(scores, count, (place) => scores[place] > 0)) hard.add(rest[at]);
  }
  return hard;
}

/** Items without repetition, by the first steps of a shuffle. */
function draw(from: number[], count: number, uniform: () => number): number[] {
  const last = Math.min(count, from.length);
  for (let at = 0; at < last; at++) {
    const other = at + Math.floor(uniform() * (from.length - at));
    [from[at], from[other]] = [from[other], from[at]];
  }
  return from.slice(0, last);
}
