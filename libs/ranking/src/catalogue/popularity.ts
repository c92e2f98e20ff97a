const DAY = 24 * 60 * 60 * 1000;
/** Weight below which an item has no event left. */
const NOTHING = 1e-6;

/**
 * Weight of the events of each item, decayed exponentially with their age. The order in which events are recorded does not matter: a late one
 * counts as it would have counted in time, so that a table kept up online equals one made anew from the log.
 */
export class Popularity {
  /** Decayed to `reference`. */
  private readonly decayed: number[] = [];
  private readonly totals: number[] = [];

  /**
   * @param days after which an event counts 1/e
   * @param reference time to which sums are kept, in milliseconds; any will do, near now it is the most exact
   */
  constructor(
    private readonly days: number,
    private reference: number,
  ) {}

  /** Puts in what is known of an item so far. @param decayed weight decayed to the reference time */
  restore(item: number, total: number, decayed: number): void {
    this.totals[item] = total;
    this.decayed[item] = decayed;
  }

  /** Counts an event. Weights of 0 and less are no popularity. */
  record(item: number, at: number, weight: number): void {
    if (weight > 0) this.add(item, weight, weight, at);
  }

  /** Counts several events of an item at once. @param decayed their weights, decayed to `at` */
  add(item: number, total: number, decayed: number, at: number): void {
    if (at - this.reference > 300 * this.days * DAY) this.moveTo(at);
    this.totals[item] = this.total(item) + total;
    this.decayed[item] = (this.decayed[item] ?? 0) + decayed * this.factor(at - this.reference);
  }

  /** Weight of all events of an item. */
  total(item: number): number {
    return this.totals[item] ?? 0;
  }

  /** Weight of an item's events, each decayed by its age. @param now not before the events that were recorded */
  at(item: number, now: number): number {
    return (this.decayed[item] ?? 0) * this.factor(this.reference - now);
  }

  /**
   * By what items are ordered by their popularity at whatever time: all of it decays alike, so that the order changes by events alone. The
   * logarithm of the weight, decayed to 1970; −∞ for an item without any.
   */
  standing(item: number): number {
    return Math.log(this.decayed[item] ?? 0) + this.reference / (this.days * DAY);
  }

  /** Takes an item's events back, as those of a user who is deleted. */
  forget(item: number, at: number, weight: number): void {
    if (weight <= 0) return;
    const total = this.total(item) - weight;
    const isLast = total < NOTHING;
    this.totals[item] = isLast ? 0 : total;
    // Of what is left by rounding, nobody should think that it is popularity.
    this.decayed[item] = isLast ? 0 : Math.max(0, (this.decayed[item] ?? 0) - weight * this.factor(at - this.reference));
  }

  private factor(milliseconds: number): number {
    return Math.exp(milliseconds / (this.days * DAY));
  }

  private moveTo(reference: number): void {
    const factor = this.factor(this.reference - reference);
    this.decayed.forEach((value, item) => (this.decayed[item] = value * factor));
    this.reference = reference;
  }
}
