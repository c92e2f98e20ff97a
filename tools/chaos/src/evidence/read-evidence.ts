import { deadLetterTopic, SENTIMENT_LABELS, TOPICS, type Alert, type AlertEvent } from '@attune/contracts';
import { DEAD_LETTER_HEADERS } from '@attune/event-stream';
import { type Database } from '@attune/storage';
import { GROUPS, type MarketSystem } from '../system/market-system';
import type { BucketRow, Delivered, Evidence, MentionRow, ScoredRow } from './evidence';
import { fatesOf } from './fates';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Gathers what a run has left behind, once nothing is at work any more. */
export async function readEvidence(system: MarketSystem): Promise<Evidence> {
  const named = (text: string): string => text.replace(UUID, (id) => system.watchNames.get(id) ?? id);
  return { ...(await readStream(system, named)), ...(await readDatabase(system.database, named)) };
}

type Named = (text: string) => string;
type OfDatabase = Pick<Evidence, 'documents' | 'mentions' | 'buckets' | 'alerts' | 'alertEvents' | 'unpublished' | 'undelivered'>;

async function readStream(system: MarketSystem, named: Named): Promise<Omit<Evidence, keyof OfDatabase>> {
  const { follower, webhook } = system;
  const messages = await system.everythingOn(TOPICS.marketDocuments.name);
  const letters = await system.everythingOn(deadLetterTopic(TOPICS.marketDocuments.name));
  const delivered = async (topic: string): Promise<Delivered[]> =>
    (await system.everythingOn(topic)).map(({ value }) => deliveredOf(named(String(value))));
  return {
    messages: messages.length,
    fates: fatesOf(messages),
    deadLetters: letters.map(({ headers }) => `${headers[DEAD_LETTER_HEADERS.partition]}:${headers[DEAD_LETTER_HEADERS.offset]}`),
    sentimentDeadLetters: (await system.everythingOn(deadLetterTopic(TOPICS.marketSentiment.name))).length,
    behind:
      (await system.behind(TOPICS.marketDocuments.name, GROUPS.scoring)) +
      (await system.behind(TOPICS.marketSentiment.name, GROUPS.detection)),
    sentimentTopic: await delivered(TOPICS.marketSentiment.name),
    trendsTopic: await delivered(TOPICS.marketTrends.name),
    alertsTopic: await delivered(TOPICS.alertsSentiment.name),
    followed: follower.bodies.map((body) => deliveredOf(named(body))),
    posted: webhook.bodies.map((body) => deliveredOf(named(body))),
  };
}

function deliveredOf(body: string): Delivered {
  return { id: (JSON.parse(body) as { id: string }).id, body };
}

async function readDatabase(database: Database, named: Named): Promise<OfDatabase> {
  const rows = async <Row>(query: string): Promise<Row[]> => {
    const { rows: found } = await database.query((orm) => orm.execute<{ row: unknown }>(query));
    return found.map(({ row }) => JSON.parse(named(JSON.stringify(row))) as Row);
  };
  const count = async (query: string): Promise<number> => (await rows<number>(query))[0] ?? 0;
  const documents = await rows<ScoredRow>(
    `select json_build_object('id', id, 'hash', content_hash, 'sentiments', sentiments) as row from documents`,
  );
  return {
    // A document's watches stand in the order of their ids, which are others in each run.
    documents: documents.map((row) => ({ ...row, sentiments: [...row.sentiments].sort((a, b) => (a.watchId < b.watchId ? -1 : 1)) })),
    mentions: await rows<MentionRow>(
      `select json_build_object('watch', watch_id, 'document', document_id, 'label', label, 'score', score, 'story', story_id) as row
       from mentions`,
    ),
    buckets: await rows<BucketRow>(
      `select json_build_object('watch', watch_id, 'start', extract(epoch from starts_at) * 1000, 'seconds', seconds,
         'documents', json_build_object(${SENTIMENT_LABELS.map((label) => `'${label}', ${label}`).join(', ')}),
         'stories', json_build_object(${SENTIMENT_LABELS.map((label) => `'${label}', ${label}_stories`).join(', ')}),
         'scoreSum', score_sum) as row from buckets`,
    ),
    alerts: await rows<Alert>('select alert as row from alerts'),
    alertEvents: await rows<AlertEvent>('select event as row from alert_events order by transaction, sequence'),
    unpublished: await count('select count(*) as row from attune_outbox'),
    undelivered: await count('select count(*) as row from webhook_deliveries where delivered_at is null'),
  };
}
