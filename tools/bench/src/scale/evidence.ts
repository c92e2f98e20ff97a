import { deadLetterTopic, TOPICS, type AlertEvent, type SupportConversationEvent } from '@attune/contracts';
import type { EventStream } from '@attune/event-stream';
import type { Database } from '@attune/storage';
import { sql, type SQL } from 'drizzle-orm';
import type { Feeds } from './feeds';
import type { Ledger } from './ledger';
import type { ScaleGround } from './scale-ground';

/** Something that was counted at both ends. */
export interface Count {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
}

/**
 * Counts what went in against what came out, once everything is done: in the databases, and by ids on the topics, where an event may
 * come again.
 */
export async function gatherEvidence({ stream, databases }: ScaleGround, feeds: Feeds, ledger: Ledger): Promise<Count[]> {
  const monitor = await numbersOf(
    databases['sentiment-monitor'],
    sql`select (select count(*)::int from documents) as documents,
      (select coalesce(sum(jsonb_array_length(sentiments)), 0)::int from documents) as pairs,
      (select count(*)::int from attune_inbox) as detected`,
  );
  const dialogue = await numbersOf(
    databases['customer-service'],
    sql`select count(*) filter (where in_reply_to is null)::int as said,
      count(in_reply_to)::int as replies, count(distinct in_reply_to)::int as answered from messages`,
  );
  const recommender = await numbersOf(
    databases.recommender,
    sql`select (select count(*)::int from impressions) as lists, (select count(*)::int from events) as events`,
  );
  const turns = await eventsOf<SupportConversationEvent>(stream, TOPICS.supportConversations.name);
  const opened = (await eventsOf<AlertEvent>(stream, TOPICS.alertsSentiment.name)).filter(({ data }) => data.change === 'opened');
  const dead = await Promise.all(Object.values(TOPICS).map(({ name }) => messagesOn(stream, deadLetterTopic(name))));
  return [
    { what: 'documents scored', expected: feeds.documentsPublished, found: monitor['documents'] },
    { what: 'sentiments taken in by detection', expected: monitor['pairs'], found: monitor['detected'] },
    { what: 'alerts opened', expected: ledger.alerts, found: opened.length },
    { what: 'messages kept', expected: ledger.messages, found: dialogue['said'] },
    { what: 'replies', expected: ledger.messages, found: dialogue['replies'] },
    { what: 'messages with a reply', expected: ledger.messages, found: dialogue['answered'] },
    {
      what: 'turns announced',
      expected: ledger.messages,
      found: turns.filter(({ data }) => ledger.conversations.has(data.conversationId)).length,
    },
    { what: 'messages that failed', expected: 0, found: ledger.failedMessages },
    { what: 'messages that got another reply when sent again', expected: 0, found: ledger.contradicted },
    { what: 'lists shown', expected: ledger.lists, found: recommender['lists'] },
    { what: 'lists that failed', expected: 0, found: ledger.failedLists },
    { what: 'events of readers', expected: feeds.eventsPublished, found: recommender['events'] },
    { what: 'dead letters', expected: 0, found: dead.reduce((sum, count) => sum + count, 0) },
  ];
}

/** Counts that do not agree. */
export function faultsOf(counts: readonly Count[]): string[] {
  return counts
    .filter(({ expected, found }) => expected !== found)
    .map(({ what, expected, found }) => `${what}: ${found}, and ${expected} were expected`);
}

async function numbersOf(database: Database, query: SQL): Promise<Record<string, number>> {
  const { rows } = await database.query((orm) => orm.execute<Record<string, number>>(query));
  return rows[0];
}

/** Events on a topic, each id once. */
async function eventsOf<Event extends { readonly id: string }>(stream: EventStream, topic: string): Promise<Event[]> {
  const events = new Map<string, Event>();
  await stream.readToEnd(topic, (messages) => {
    for (const { value } of messages) {
      const event = JSON.parse(String(value)) as Event;
      events.set(event.id, event);
    }
    return Promise.resolve();
  });
  return [...events.values()];
}

async function messagesOn(stream: EventStream, topic: string): Promise<number> {
  const progress = await stream.progress(topic, 'nobody');
  return progress.reduce((sum, { end }) => sum + Number(end), 0);
}
