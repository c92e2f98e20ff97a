import type { Random } from '../random';
import { ParzenEstimator } from './parzen-estimator';
import { sampleAtRandom } from './random-sampler';
import {
  fromScale,
  searchScale,
  toScale,
  type ChoiceDimension,
  type Dimension,
  type Parameters,
  type ParameterValue,
  type RangeDimension,
} from './space';
import { byValue, type Direction, type Trial } from './trial';

/** Values that are drawn for a dimension, of which the most promising is taken. */
const CANDIDATES = 24;
/** Share of the trials that count as good ones, and most of them. */
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;

/**
 * Values near those that did well and far from those that did not, by a tree-structured Parzen estimator (Bergstra et al. 2011): each dimension by
 * itself, the value among those drawn from the density of good trials at which that density exceeds the other trials' most. Trials that were
 * stopped count after those that came farther; failed ones are the worst.
 *
 * @param trials the study so far; fewer than `startupTrials` that came to an end give random values
 */
export function sampleByTpe(
  dimensions: readonly Dimension[],
  trials: readonly Trial[],
  { random, direction, startupTrials }: { random: Random; direction: Direction; startupTrials: number },
): Parameters {
  const ranked = rankTrials(trials, direction);
  if (ranked.length < startupTrials) return sampleAtRandom(dimensions, random);
  const goodCount = Math.min(MOST_GOOD, Math.max(1, Math.ceil(GOOD_SHARE * ranked.length)));
  const [good, bad] = [ranked.slice(0, goodCount), ranked.slice(goodCount)];
  const values = dimensions.map((dimension) => {
    const of = (group: readonly Trial[]): ParameterValue[] =>
      group.flatMap(({ parameters }) => (parameters[dimension.path] === undefined ? [] : [parameters[dimension.path]]));
    const value =
      dimension.kind === 'choice' ? chooseValue(dimension, of(good), of(bad), random) : chooseNumber(dimension, of(good), of(bad), random);
    return [dimension.path, value] as const;
  });
  return Object.fromEntries(values);
}

/** Trials that came to an end, from the best to the worst. */
export function rankTrials(trials: readonly Trial[], direction: Direction): Trial[] {
  const compare = byValue(direction);
  const group = ({ state, value }: Trial): number => (value === undefined ? 2 : state === 'complete' ? 0 : 1);
  const reached = ({ reports }: Trial): number => reports.at(-1)?.epoch ?? 0;
  return trials
    .filter(({ state }) => state !== 'running')
    .sort((one, other) => {
      const groups = group(one) - group(other);
      if (groups !== 0) return groups;
      const farther = group(one) === 1 ? reached(other) - reached(one) : 0;
      return farther || compare(one.value ?? 0, other.value ?? 0) || one.number - other.number;
    });
}

function chooseNumber(dimension: RangeDimension, good: readonly ParameterValue[], bad: readonly ParameterValue[], random: Random): number {
  const { low, high } = searchScale(dimension);
  const places = (values: readonly ParameterValue[]): number[] =>
    values.flatMap((value) => {
      const place = typeof value === 'number' ? toScale(dimension, value) : NaN;
      return place >= low && place <= high ? [place] : [];
    });
  const [likely, unlikely] = [new ParzenEstimator(places(good), low, high), new ParzenEstimator(places(bad), low, high)];
  const candidates = Array.from({ length: CANDIDATES }, () => likely.sample(random));
  return fromScale(
    dimension,
    mostPromising(candidates, (place) => likely.logDensity(place) - unlikely.logDensity(place)),
  );
}

function chooseValue(
  { values }: ChoiceDimension,
  good: readonly ParameterValue[],
  bad: readonly ParameterValue[],
  random: Random,
): ParameterValue {
  const shares = (observed: readonly ParameterValue[]): number[] =>
    values.map((value) => (observed.filter((one) => one === value).length + 1) / (observed.length + values.length));
  const [likely, unlikely] = [shares(good), shares(bad)];
  const candidates = Array.from({ length: CANDIDATES }, () => drawIndex(likely, random));
  return values[mostPromising(candidates, (index) => Math.log(likely[index]) - Math.log(unlikely[index]))];
}

function drawIndex(shares: readonly number[], random: Random): number {
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  for (let index = 0; index < shares.length - 1; index++) {
    left -= shares[index];
    if (left < 0) return index;
  }
  return shares.length - 1;
}

function mostPromising(candidates: readonly number[], score: (candidate: number) => number): number {
  return candidates.reduce((best, candidate) => (score(candidate) > score(best) ? candidate : best));
}
