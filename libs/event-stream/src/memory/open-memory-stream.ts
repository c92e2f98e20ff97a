import type { TopicDefinition } from '@attune/contracts';
import { AttuneError } from '@attune/artifact';
import type { StreamOptions } from '../options';
import type { EventStream } from '../port';

export interface MemoryStreamOptions extends StreamOptions {
  /** Topics to create at once, each with its dead-letter topic. */
  readonly topics?: readonly TopicDefinition[];
}

/** A stream within this process. */
export interface MemoryEventStream extends EventStream {
  /** Resolves once every group has handled every message of the topics it subscribes to. */
  drained(): Promise<void>;
}

/** Opens a stream that lives in this process and is gone with it. */
export function openMemoryStream(options: MemoryStreamOptions = {}): MemoryEventStream {
  throw new AttuneError('bad-config', `The stream in memory cannot be used yet, not even with ${options.topics?.length ?? 0} topics.`);
}
