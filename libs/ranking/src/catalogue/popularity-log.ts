import { weightOf, type Interaction } from '../behaviour/interaction';
import type { PopularitySource } from '../scoring/features';
import type { Catalogue } from './catalogue';

const DAY = 24 * 60 * 60 * 1000;

/** An event as popularity counts it. */
export interface CountedEvent {
  item: number;
  at: number;
  weight: number;
}

/**
 * Popularity at any moment of the past, from the log: what `Popularity` held at that time. For training and evaluation, where each user is
 * looked at in another moment; events after the moment are not counted.
 */
export class PopularityLog implements PopularitySource {
  private readonly times: Float64Array[] = [];
  /** Of each item's events up to each of them, as they count at its time: however many there are, one is looked at. */
  private readonly decayed: Float64Array[] = [];
  private readonly totals: number[] = [];

  constructor(
    events: readonly CountedEvent[],
    private readonly days: number,
  ) {
    const ofItem = new Map<number, CountedEvent[]>();
    for (const event of events) {
      if (event.weight <= 0) continue;
      const own = ofItem.get(event.item);
      if (own === undefined) ofItem.set(event.item, [event]);
      else own.push(event);
    }
    for (const [item, own] of ofItem) {
      own.sort((a, b) => a.at - b.at);
      this.times[item] = Float64Array.from(own, ({ at }) => at);
      let [sum, before] = [0, 0];
      this.decayed[item] = Float64Array.from(own, ({ at, weight }) => {
        sum = sum * Math.exp((before - at) / (days * DAY)) + weight;
        before = at;
        return sum;
      });
      this.totals[item] = own.reduce((sum, { weight }) => sum + weight, 0);
    }
  }

  /** The log of events that name items by their ids; those of items that the catalogue lacks are left out. */
  static of(catalogue: Pick<Catalogue, 'scoring' | 'placeOf'>, events: readonly Interaction[]): PopularityLog {
    const { behaviour } = catalogue.scoring;
    const counted = events.flatMap((event) => {
      const item = catalogue.placeOf(event.item);
      return item === undefined ? [] : [{ item, at: event.at, weight: weightOf(event, behaviour) }];
    });
    return new PopularityLog(counted, behaviour.popularityDays);
  }

  /** Weight of all events of the log. */
  total(item: number): number {
    return this.totals.at(item) ?? 0;
  }

  at(item: number, now: number): number {
    const times = this.times.at(item);
    if (times === undefined) return 0;
    const last = lastUntil(times, now);
    return last < 0 ? 0 : this.decayed[item][last] * Math.exp((times[last] - now) / (this.days * DAY));
  }
}

/** Place of the last time that is not after `now`; −1 where there is none. */
function lastUntil(times: Float64Array, now: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= now) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
