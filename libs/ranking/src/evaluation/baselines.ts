import type { Catalogue } from '../catalogue/catalogue';
import type { Scorer } from './evaluate-ranking';

/** Simple ways of ranking that a head must beat. */
export const BASELINES = ['popular', 'recent', 'random', 'nearestTexts'] as const;
export type BaselineName = (typeof BASELINES)[number];

/**
 * `popular`: most events. `recent`: the newest items by their first event or publication. `random`: any, by a seeded generator.
 * `nearestTexts`: nearest to the mean text vector of the history, decayed as the head decays it.
 *
 * @param uniform numbers in [0, 1) from a seeded generator
 */
export function baselineScorers(catalogue: Catalogue, uniform: () => number): Record<BaselineName, Scorer> {
  const places = Array.from({ length: catalogue.size }, (_, place) => place);
  const popular = Float64Array.from(places, (place) => catalogue.popularity.total(place));
  const recent = Float64Array.from(places, (place) => catalogue.item(place).firstAt ?? -Infinity);
  return {
    popular: () => popular,
    recent: ({ now }) => recent.map((at) => (at <= now ? at : -Infinity)),
    random: () => Float64Array.from(places, () => uniform()),
    nearestTexts: ({ history }) => {
      const mean = new Float32Array(catalogue.textWidth);
      history.forEach(({ item, weight }, place) => {
        const share = weight * Math.exp(-place / catalogue.scoring.behaviour.tasteRecency);
        catalogue.textVector(item).forEach((value, axis) => (mean[axis] += share * value));
      });
      return Float64Array.from(places, (place) => catalogue.textProduct(place, mean));
    },
  };
}
