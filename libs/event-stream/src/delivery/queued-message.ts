import type { IncomingMessage } from '../port';

/** A message as bytes, for those that send it on untouched. */
export interface RawMessage {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, Buffer | string>>;
}

/** A fetched message that waits for its batch. */
export interface QueuedMessage {
  readonly incoming: IncomingMessage;
  readonly raw: RawMessage;
  /** The offset to commit once it is handled. */
  readonly next: string;
}

/** Publishes bytes as they are; otherwise as `EventPublisher.publish`. */
export type PublishRaw = (topic: string, messages: readonly RawMessage[]) => Promise<void>;
