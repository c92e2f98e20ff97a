import type { Message } from 'kafkajs';

/** One call of `publish`, whose messages may go out in several requests. */
export class PublishTicket {
  readonly published: Promise<void>;
  failed = false;
  private outstanding: number;
  private resolve: () => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  constructor(messages: number) {
    this.outstanding = messages;
    this.published = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever called waits for it too; alone, this only keeps a failure before that from being unhandled.
    this.published.catch(() => undefined);
  }

  done(): void {
    this.outstanding -= 1;
    if (this.outstanding === 0) this.resolve();
  }

  fail(error: Error): void {
    this.failed = true;
    this.reject(error);
  }
}

export interface BacklogItem {
  readonly message: Message;
  readonly bytes: number;
  readonly ticket: PublishTicket;
}

/** What is to be sent to one partition, in order. */
export interface PartitionItems {
  readonly topic: string;
  readonly partition: number;
  readonly items: BacklogItem[];
}

/** Room that a record takes beside key, value and headers, generously. */
const RECORD_OVERHEAD = 70;
/** kafkajs takes quadratic time to sort a request's messages by partition. */
const MAX_MESSAGES = 2_000;

/** Messages that wait for their request, by partition. */
export class PartitionBacklog {
  private readonly waiting = new Map<string, PartitionItems>();

  constructor(
    private readonly maxPartitionBytes: number,
    private readonly maxRequestBytes: number,
  ) {}

  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  add(topic: string, partition: number, item: BacklogItem): void {
    const id = `${partition} ${topic}`;
    const items = this.waiting.get(id);
    if (items === undefined) this.waiting.set(id, { topic, partition, items: [item] });
    else items.items.push(item);
  }

  /** The next request: the beginning of each partition's messages, as much as brokers take at once. */
  takeRequest(): PartitionItems[] {
    const request: PartitionItems[] = [];
    let requestBytes = 0;
    for (const [id, { topic, partition, items }] of [...this.waiting]) {
      const { count, bytes } = this.fitting(items);
      if (requestBytes > 0 && requestBytes + bytes > this.maxRequestBytes) break;
      requestBytes += bytes;
      this.waiting.delete(id);
      // Put back at the end of the map: the next request begins with the partitions that were left out of this one.
      if (count < items.length) this.waiting.set(id, { topic, partition, items: items.slice(count) });
      const wanted = items.slice(0, count).filter(({ ticket }) => !ticket.failed);
      if (wanted.length > 0) request.push({ topic, partition, items: wanted });
    }
    return request;
  }

  private fitting(items: readonly BacklogItem[]): { count: number; bytes: number } {
    let [count, bytes] = [0, 0];
    for (const item of items) {
      if (count > 0 && (bytes + item.bytes > this.maxPartitionBytes || count >= MAX_MESSAGES)) break;
      bytes += item.bytes;
      count += 1;
    }
    return { count, bytes };
  }
}

/** Bytes that a message takes in a batch before compression. */
export function messageBytes({ key, value, headers }: Message): number {
  const ofHeaders = Object.entries(headers ?? {}).reduce((sum, [name, text]) => sum + name.length + byteLength(text) + 4, 0);
  return RECORD_OVERHEAD + byteLength(key) + byteLength(value) + ofHeaders;
}

function byteLength(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return Buffer.isBuffer(value) ? value.length : 0;
}
