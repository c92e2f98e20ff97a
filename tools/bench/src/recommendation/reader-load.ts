import { setTimeout as pause } from 'node:timers/promises';
import { cloudEventMessage, type EventStream } from '@attune/event-stream';
import { behaviourSchema, TOPICS, type Behaviour } from '@attune/contracts';
import { json } from '../service-client';
import type { GeneratedArticle } from './generated-catalogue';

/** What a turn came to. */
export interface Turn {
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  /** Lists by what they stand on. */
  readonly bases: Readonly<Record<string, number>>;
}

/** How events come in. */
export type Ingestion = (events: readonly Behaviour[]) => Promise<void>;

/** Events of one request, as a website gathers them. */
export const EVENTS_OF_A_REQUEST = 20;
export const USERS = 5_000;
const TYPES = ['viewed', 'viewed', 'viewed', 'clicked', 'purchased'] as const;

/** Columns of an answer that are looked at. */
interface Answer {
  readonly basis: string;
  readonly items: readonly unknown[];
}

export interface ReaderLoad {
  readonly url: string;
  readonly articles: readonly GeneratedArticle[];
  readonly seconds: number;
  /** Events a second that come in meanwhile. */
  readonly events: number;
  readonly ingest: Ingestion;
  /** Requests a second; one after the other where absent. */
  readonly rate?: number | undefined;
}

/** Over HTTP, waiting for the answer. */
export function overHttp(url: string): Ingestion {
  return async (events) => {
    // Without ids of their own, as a website tells them: the service makes one of what they say.
    await json(`${url}/v1/events`, { events: events.map(({ id: _id, ...event }) => event) });
  };
}

/** Over Kafka, waiting for the broker. */
export function overKafka(stream: EventStream): Ingestion {
  return async (events) => {
    const messages = events.map((data) =>
      cloudEventMessage(TOPICS.behaviourEvents, data.user, {
        specversion: '1.0',
        datacontenttype: 'application/json',
        id: data.id ?? '',
        source: '/bench',
        type: 'attune.behaviour',
        subject: data.user,
        time: data.at,
        data,
      }),
    );
    await stream.publish(TOPICS.behaviourEvents.name, messages);
  };
}

/** Asks for lists for a while as events come in. */
export async function readFor({ url, articles, seconds, events, ingest, rate }: ReaderLoad): Promise<Turn> {
  const started = performance.now();
  const end = started + 1_000 * seconds;
  const ingestion = (async () => {
    for (let sent = 0; performance.now() < end;) {
      const due = Math.floor(((performance.now() - started) / 1_000) * events);
      for (; sent + EVENTS_OF_A_REQUEST <= due; sent += EVENTS_OF_A_REQUEST) await ingest(eventsFrom(sent, EVENTS_OF_A_REQUEST, articles));
      await pause(5);
    }
  })();
  const latencies: number[] = [];
  const bases: Record<string, number> = {};
  const request = async (number: number): Promise<void> => {
    const sentAt = performance.now();
    const user = `reader-${String((number * 7_919) % USERS)}`;
    const { basis } = (await json(`${url}/v1/recommendations`, { user, limit: 10 })) as Answer;
    latencies.push(performance.now() - sentAt);
    bases[basis] = (bases[basis] ?? 0) + 1;
  };
  if (rate === undefined) for (let number = 0; performance.now() < end; number++) await request(number);
  else {
    const running: Promise<void>[] = [];
    for (let number = 0; performance.now() < end; number++) {
      running.push(request(number));
      await pause(Math.max(0, started + (1_000 * (number + 1)) / rate - performance.now()));
    }
    await Promise.all(running);
  }
  await ingestion;
  return { latencies, seconds, bases };
}

/** As many events of readers who keep to a category or two as are asked for. */
export function eventsFrom(first: number, count: number, articles: readonly GeneratedArticle[]): Behaviour[] {
  return Array.from({ length: count }, (_, at) => {
    const number = first + at;
    const user = (number * 104_729) % USERS;
    const item = (user % 10) + 10 * ((number * 31_337) % Math.floor(articles.length / 10));
    return behaviourSchema.parse({
      id: `${String(Date.now())}-${String(number)}`,
      user: `reader-${String(user)}`,
      item: articles[item].id,
      type: TYPES[number % TYPES.length],
      at: new Date(Date.now() - (number % 1_000)).toISOString(),
    });
  });
}
