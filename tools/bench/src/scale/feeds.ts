import { TOPICS, type BehaviourEvent, type MarketDocument } from '@attune/contracts';
import { cloudEventMessage, type EventStream } from '@attune/event-stream';
import { eventsFrom } from '../recommendation/benchmark-recommendation';
import type { GeneratedArticle } from '../recommendation/generated-catalogue';
import { DocumentFeed } from '../stream/document-feed';
import { probeDocument } from '../stream/probe-texts';
import { publishDocuments } from '../stream/stream-ground';
import type { ScaleGround } from './scale-ground';

/** Events that are published together. */
const BATCH = 500;

/** Everything that is handed in over Kafka, and how much of it was. */
export class Feeds {
  private readonly news: DocumentFeed;
  private readonly stream: EventStream;
  private readonly articles: readonly GeneratedArticle[];
  private eventCount = 0;
  private probeCount = 0;

  constructor({ stream, world }: ScaleGround) {
    this.stream = stream;
    this.articles = world.articles;
    this.news = new DocumentFeed({ stream }, world.documents, 'now');
  }

  /** Documents of which no alert is to come. */
  get newsPublished(): number {
    return this.news.published;
  }

  get documentsPublished(): number {
    return this.news.published + this.probeCount;
  }

  get eventsPublished(): number {
    return this.eventCount;
  }

  /** Publishes news until so many were published in all, dated now. */
  publishNewsUpTo(count: number): Promise<void> {
    return this.news.publishUpTo(count);
  }

  /** Tells stories about an invented company. */
  async publishProbe(probe: number, stories: readonly string[], publishedAt: number): Promise<void> {
    const documents: MarketDocument[] = stories.map((story, index) => probeDocument(probe, story, publishedAt + index, publishedAt));
    this.probeCount += documents.length;
    await publishDocuments(this.stream, documents);
  }

  /** Publishes behaviour until so many events were published in all. */
  async publishEventsUpTo(count: number): Promise<void> {
    while (this.eventCount < count) {
      const first = this.eventCount;
      const behaviour = eventsFrom(first, Math.min(BATCH, count - first), this.articles);
      this.eventCount += behaviour.length;
      await this.stream.publish(
        TOPICS.behaviourEvents.name,
        behaviour.map((data, index) => cloudEventMessage(TOPICS.behaviourEvents, data.user, toEvent(data, `event-${first + index}`))),
      );
    }
  }
}

function toEvent(data: BehaviourEvent['data'], id: string): BehaviourEvent {
  return {
    specversion: '1.0',
    id,
    source: '/bench',
    type: 'attune.behaviour',
    subject: data.user,
    time: data.at,
    datacontenttype: 'application/json',
    data,
  };
}
