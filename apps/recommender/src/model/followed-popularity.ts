import { inTurns } from '@attune/event-stream';
import { weightOf, type Catalogue } from '@attune/ranking';
import type { CommittedPosition } from '@attune/storage';
import { toInteraction, type BehaviourRepository, type BehaviourTotals, type CommittedEvents } from '../behaviour/behaviour-repository';

const DAY = 24 * 60 * 60 * 1_000;
/** Events that are fetched at once. */
const PAGE = 2_000;
/** Items that are not there yet whose events are remembered. */
const MOST_WAITING = 10_000;

/**
 * Keeps the popularity of a catalogue's items up to date with what people did since the head was trained, and takes back what was deleted with
 * its people. It begins with sums that the database makes, and then follows the log event by event.
 */
export class FollowedPopularity {
  private readonly trainedAt: Date;
  /** Time to which weights are decayed until they are counted. */
  private readonly reference = Date.now();
  /** Up to where the two logs are counted; undefined until their sums were taken. */
  private positions: Record<'recorded' | 'forgotten', CommittedPosition | undefined> | undefined;
  /** Of items that are not in the catalogue yet. */
  private readonly waiting = new Map<string, { total: number; decayed: number }>();

  /** @param onChange told of each place whose popularity has changed */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly behaviour: BehaviourRepository,
    private readonly onChange: (place: number) => void,
  ) {
    this.trainedAt = new Date(catalogue.scoring.trainedAt);
  }

  /** Takes over what was done since the last call. */
  async fetch(): Promise<void> {
    const { behaviour, trainedAt, days } = this;
    if (this.positions === undefined) await this.takeTotals(await behaviour.totalsSince(trainedAt, days, new Date(this.reference)));
    let forgotten: CommittedEvents;
    do {
      // Looked up before the events are, so that none is taken back that was not counted.
      forgotten = await behaviour.forgottenSince(this.positions?.forgotten, trainedAt, PAGE);
      await this.followRecorded();
      await this.take('forgotten', forgotten, (id, at, weight) => this.forget(id, at, weight));
    } while (forgotten.rows.length === PAGE);
  }

  /** Counts what people did with an item before it was handed in. */
  countWaiting(id: string, place: number): void {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    this.catalogue.popularity.add(place, waiting.total, waiting.decayed, this.reference);
    this.waiting.delete(id);
  }

  private async takeTotals({ rows, recordedTo, forgottenTo }: BehaviourTotals): Promise<void> {
    const { behaviour } = this.catalogue.scoring;
    await inTurns(rows, ({ itemId, type, total, decayed }) => {
      const weight = weightOf({ type }, behaviour);
      this.count(itemId, weight * total, weight * decayed);
    });
    this.positions = { recorded: recordedTo, forgotten: forgottenTo };
  }

  /** Counts events of an item, or remembers them until it is there. @param decayed their weight, decayed to `reference` */
  private count(id: string, total: number, decayed: number): void {
    if (total <= 0) return;
    const place = this.catalogue.placeOf(id);
    if (place !== undefined) {
      this.catalogue.popularity.add(place, total, decayed, this.reference);
      this.onChange(place);
      return;
    }
    const waiting = this.waiting.get(id);
    if (waiting !== undefined) {
      waiting.total += total;
      waiting.decayed += decayed;
    } else if (this.waiting.size < MOST_WAITING) this.waiting.set(id, { total, decayed });
  }

  private forget(id: string, at: number, weight: number): void {
    const place = this.catalogue.placeOf(id);
    if (place === undefined) return;
    this.catalogue.popularity.forget(place, at, weight);
    this.onChange(place);
  }

  private async followRecorded(): Promise<void> {
    const { behaviour, trainedAt, days } = this;
    let recorded: CommittedEvents;
    do {
      recorded = await behaviour.recordedSince(this.positions?.recorded, trainedAt, PAGE);
      await this.take('recorded', recorded, (id, at, weight) =>
        this.count(id, weight, weight * Math.exp((at - this.reference) / (days * DAY))),
      );
    } while (recorded.rows.length === PAGE);
  }

  private async take(
    log: 'recorded' | 'forgotten',
    { position, rows }: CommittedEvents,
    count: (id: string, at: number, weight: number) => void,
  ): Promise<void> {
    const { behaviour } = this.catalogue.scoring;
    await inTurns(rows, (row) => {
      const { item, at, ...event } = toInteraction(row);
      count(item, at, weightOf(event, behaviour));
    });
    if (this.positions !== undefined && position !== undefined) this.positions[log] = position;
  }

  private get days(): number {
    return this.catalogue.scoring.behaviour.popularityDays;
  }
}
