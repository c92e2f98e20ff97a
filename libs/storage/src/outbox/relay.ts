import type { Database } from '../database';

/** Messages of the outbox that stand in line for publication. */
export interface OutboxBacklog {
  readonly count: number;
  /** Age of the oldest in milliseconds; 0 where there is none. */
  readonly oldestAge: number;
}

/** What a publisher is handed; `@attune/event-stream`'s OutgoingMessage has this shape. */
export interface RelayedMessage {
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

export interface OutboxRelayOptions {
  readonly database: Database;
  /** Resolves once the broker has the messages. */
  readonly publish: (topic: string, messages: readonly RelayedMessage[]) => Promise<void>;
  /** Messages read at once. Default 500. */
  readonly batchSize?: number;
  /** Milliseconds between two looks where no notification comes, and between two tries to become the one relay. Default 1,000. */
  readonly pollInterval?: number;
  /** Told of failures to publish and of lost connections, which the relay then repeats. */
  readonly onError?: (error: unknown) => void;
  /** Told how many messages of a topic were published, and the age in milliseconds of the oldest of them. */
  readonly onPublished?: (topic: string, count: number, oldestAge: number) => void;
}

/**
 * Publishes what transactions put into the outbox. Of all relays on a database one is at work, the others stand by; a
 * relay that has lost its place can no longer remove rows. Publication is at least once.
 */
export declare class OutboxRelay {
  constructor(options: OutboxRelayOptions);
  /** Begins in the background. */
  start(): void;
  /**
   * Waits until everything committed before the call is published, by this relay or another.
   *
   * @throws the signal's reason where it is aborted first
   */
  flush(signal?: AbortSignal): Promise<void>;
  /** Ends after the batch in hand, and lets another relay take over. */
  stop(): Promise<void>;
  /** For metrics. */
  backlog(): Promise<OutboxBacklog>;
  /** Whether this relay is the one at work. */
  readonly isActive: boolean;
}
