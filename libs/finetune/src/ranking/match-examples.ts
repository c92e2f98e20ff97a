import type { Random } from '../random';
import type { Sequence } from './transition-weights';

/** A sequence whose events have a type. */
export interface TypedSequence extends Sequence {
  /** Number of each event's type. */
  types: Int32Array;
}

/** Latest events of a history that the user tower is shown in training. */
const HISTORY = 20;

/** Events to be foretold, each with what came before it. */
export interface MatchExamples {
  targets: Int32Array;
  /** Of the events to be foretold. */
  weights: Float32Array;
  /** Natural logarithm of the share of each target among all. */
  logQ: Float32Array;
  historyLength: number;
  /** `[targets × historyLength]`, the latest first; −1 where there are fewer. */
  histories: Int32Array;
  historyTypes: Int32Array;
  historyWeights: Float32Array;
}

/** All events but the first of each sequence. */
export function matchExamples(sequences: readonly TypedSequence[]): MatchExampleSet {
  return new MatchExampleSet(sequences);
}

export class MatchExampleSet {
  readonly targets: Int32Array;
  /** Sequence and place of each target. */
  private readonly at: { sequence: TypedSequence; place: number }[] = [];
  private readonly shares = new Map<number, number>();
  private readonly cumulative: Float64Array;
  private readonly drawn: Int32Array;

  constructor(sequences: readonly TypedSequence[]) {
    let whole = 0;
    for (const sequence of sequences) {
      sequence.items.forEach((item, place) => {
        this.shares.set(item, (this.shares.get(item) ?? 0) + 1);
        whole++;
        if (place > 0) this.at.push({ sequence, place });
      });
    }
    for (const [item, count] of this.shares) this.shares.set(item, count / whole);
    this.targets = Int32Array.from(this.at, ({ sequence, place }) => sequence.items[place]);
    this.drawn = Int32Array.from(this.shares.keys());
    let sum = 0;
    this.cumulative = Float64Array.from(this.shares.values(), (share) => (sum += share));
  }

  /** Items by their share among all events, with the logarithm of it. */
  draw(count: number, random: Random): { items: Int32Array; logQ: Float32Array } {
    const last = this.drawn.length - 1;
    const items = Int32Array.from({ length: count }, () => {
      const wanted = random.uniform() * this.cumulative[last];
      let [low, high] = [0, last];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.cumulative[middle] < wanted) low = middle + 1;
        else high = middle;
      }
      return this.drawn[low];
    });
    return { items, logQ: Float32Array.from(items, (item) => this.logShare(item)) };
  }

  /** The examples of these numbers. */
  take(numbers: Int32Array): MatchExamples {
    const size = numbers.length * HISTORY;
    const histories = new Int32Array(size).fill(-1);
    const historyTypes = new Int32Array(size);
    const historyWeights = new Float32Array(size);
    const weights = new Float32Array(numbers.length);
    numbers.forEach((number, row) => {
      const { sequence, place } = this.at[number];
      weights[row] = sequence.weights[place];
      for (let back = 0; back < HISTORY && back < place; back++) {
        const from = place - 1 - back;
        histories[row * HISTORY + back] = sequence.items[from];
        historyTypes[row * HISTORY + back] = sequence.types[from];
        historyWeights[row * HISTORY + back] = sequence.weights[from];
      }
    });
    const targets = Int32Array.from(numbers, (number) => this.targets[number]);
    const logQ = Float32Array.from(targets, (item) => this.logShare(item));
    return { targets, weights, logQ, historyLength: HISTORY, histories, historyTypes, historyWeights };
  }

  private logShare(item: number): number {
    return Math.log(this.shares.get(item) ?? 1);
  }
}
