import type { TopicDefinition } from '@attune/contracts';
import type { RawMessage } from '../delivery/queued-message';
import type { IncomingMessage } from '../port';

/** Messages that every group has handled and that are kept all the same, for those who read from the start. */
const KEPT_PER_PARTITION = 10_000;

export interface MemoryRecord {
  readonly incoming: IncomingMessage;
  readonly raw: RawMessage;
}

/** The messages of one partition, by offset. */
export class MemoryPartition {
  private records: MemoryRecord[] = [];
  private base = 0;

  constructor(
    private readonly topic: string,
    readonly partition: number,
  ) {}

  get first(): number {
    return this.base;
  }

  get end(): number {
    return this.base + this.records.length;
  }

  append(raw: RawMessage, timestamp: number): void {
    const incoming: IncomingMessage = {
      topic: this.topic,
      partition: this.partition,
      offset: String(this.end),
      key: raw.key === null ? null : raw.key.toString(),
      value: typeof raw.value === 'string' ? Buffer.from(raw.value) : raw.value,
      headers: Object.fromEntries(Object.entries(raw.headers).map(([name, value]) => [name, value.toString()])),
      timestamp,
    };
    this.records.push({ incoming, raw: { ...raw, value: incoming.value } });
  }

  read(from: number, most: number): MemoryRecord[] {
    const start = Math.max(0, from - this.base);
    return this.records.slice(start, start + most);
  }

  /** Forgets old messages below an offset. In steps, since each moves the rest. */
  forget(handled: number): void {
    const surplus = Math.min(handled, this.end - KEPT_PER_PARTITION) - this.base;
    if (surplus < KEPT_PER_PARTITION) return;
    this.records = this.records.slice(surplus);
    this.base += surplus;
  }
}

/** A topic of the stream in memory. */
export class MemoryTopic {
  readonly partitions: MemoryPartition[];

  constructor(readonly definition: TopicDefinition) {
    const { name, partitions } = definition;
    this.partitions = Array.from({ length: partitions }, (_, index) => new MemoryPartition(name, index));
  }

  append(message: RawMessage, timestamp: number): void {
    const key = message.key === null ? '' : message.key.toString();
    this.partitions[hash(key) % this.partitions.length]?.append(message, timestamp);
  }
}

/** FNV-1a of 32 bits (Fowler, Noll, Vo), over UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
