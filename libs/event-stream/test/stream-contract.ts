import type { TopicDefinition } from '@attune/contracts';
import { deadLetterTopic } from '@attune/contracts';
import type { ConsumerStatus, EventStream, IncomingMessage, StreamOptions } from '../src/index';
import { Collected } from './collected';
import type { Note } from './contract-topic';

/** Opens a stream of the adapter under test; the contract closes it. */
export type OpenStream = (options: StreamOptions) => Promise<EventStream>;

/** Short delays, so that five attempts take no second. */
const BACK_OFF = { base: 2, cap: 20 };

/** What every part of the contract works with. */
export class ContractFixture {
  private opened: EventStream[] = [];

  constructor(private readonly openStream: OpenStream) {}

  async open(options: StreamOptions = {}): Promise<EventStream> {
    const stream = await this.openStream({ backOff: BACK_OFF, ...options });
    this.opened.push(stream);
    return stream;
  }

  /** A stream on which the topics exist. */
  async openWith(topics: readonly TopicDefinition<Note>[], options: StreamOptions = {}): Promise<EventStream> {
    const stream = await this.open(options);
    await stream.applyTopics(topics);
    return stream;
  }

  async closeAll(): Promise<void> {
    const streams = this.opened;
    this.opened = [];
    await Promise.all(streams.map((stream) => stream.close()));
  }
}

/** Every message that is on a topic now. */
export async function everything(stream: EventStream, topic: string): Promise<IncomingMessage[]> {
  const messages: IncomingMessage[] = [];
  await stream.readToEnd(topic, async (read) => void messages.push(...read));
  return messages;
}

/** Every dead letter of a topic, in the order of their original offsets. */
export async function deadLetters(stream: EventStream, topic: TopicDefinition<Note>): Promise<IncomingMessage[]> {
  return everything(stream, deadLetterTopic(topic.name));
}

/** An observer that keeps the statuses it was told. */
export function watchStatus(): { readonly statuses: Collected<ConsumerStatus>; readonly options: StreamOptions } {
  const statuses = new Collected<ConsumerStatus>();
  return { statuses, options: { observer: { changed: (status) => statuses.add(status) } } };
}
