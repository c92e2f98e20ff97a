import { TOPICS } from '@attune/contracts';
import type { EventStream, GroupProgress } from '@attune/event-stream';
import { CONSUMER_GROUPS } from '../consumer-groups';

/** Something that is over once its messages up to these offsets are handled. */
interface Milestone {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Offset behind the last message, by partition. */
  readonly ends: ReadonlyMap<number, bigint>;
}

/**
 * The time before which everything that came in has been taken in, by whatever processes run the stages. It follows the
 * clock within a second or two while they keep up, and stands still while one of them is away or behind: a window must not
 * close before the documents that were sent in time have had their turn.
 *
 * It is found as a barrier: once scoring has handled all that lay on `market.documents` at some moment, and detection all
 * that lay on `market.sentiment` after that, everything from before that moment is taken in.
 */
export class IntakeHorizon {
  private reached = -Infinity;
  private scoring: Milestone | undefined;
  private detection: Milestone | undefined;

  constructor(
    private readonly stream: Pick<EventStream, 'progress'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** Milliseconds since 1970; -Infinity as long as nothing is known. */
  get time(): number {
    return this.reached;
  }

  /**
   * Moves the horizon as far as it goes. @returns where it stands
   *
   * @throws DependencyUnavailableError; MissingTopicError
   */
  async advance(): Promise<number> {
    const askedAt = this.now();
    const documents = await this.stream.progress(TOPICS.marketDocuments.name, CONSUMER_GROUPS.scoring);
    this.scoring ??= milestone(askedAt, documents);
    if (!isReached(this.scoring, documents)) return this.reached;
    const sentiments = await this.stream.progress(TOPICS.marketSentiment.name, CONSUMER_GROUPS.detection);
    this.detection ??= milestone(this.scoring.at, sentiments);
    if (!isReached(this.detection, sentiments)) return this.reached;
    this.reached = this.detection.at;
    this.detection = undefined;
    // Under load something is always behind: what lies there now is the next to wait for.
    const next = milestone(askedAt, documents);
    this.scoring = isReached(next, documents) ? undefined : next;
    return this.reached;
  }
}

function milestone(at: number, progress: readonly GroupProgress[]): Milestone {
  return { at, ends: new Map(progress.map(({ partition, end }) => [partition, BigInt(end)])) };
}

function isReached({ ends }: Milestone, progress: readonly GroupProgress[]): boolean {
  return progress.every(({ partition, position }) => BigInt(position) >= (ends.get(partition) ?? 0n));
}
