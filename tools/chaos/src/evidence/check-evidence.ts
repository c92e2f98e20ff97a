import type { Alert } from '@attune/contracts';
import type { Delivered, Evidence, MentionRow } from './evidence';

/** What a run must show by itself, whatever others show: a sentence for each promise that it breaks. */
export function checkEvidence(evidence: Evidence): string[] {
  return [
    ...checkAccounts(evidence),
    ...checkCounts(evidence),
    ...checkAlerts(evidence),
    ...checkRepeats('market.sentiment', evidence.sentimentTopic),
    ...checkRepeats('market.trends', evidence.trendsTopic),
    ...checkRepeats('alerts.sentiment', evidence.alertsTopic),
    ...checkRepeats('server-sent events', evidence.followed),
    ...checkRepeats('webhooks', evidence.posted),
  ];
}

/** Every message was scored, a repetition, or went to dead letters; and everything that follows was sent out. */
function* checkAccounts({ fates, deadLetters, documents, ...rest }: Evidence): Generator<string> {
  yield* differences('dead letters', fates.deadLetters, new Set(deadLetters));
  yield* differences(
    'scored documents',
    new Set([...fates.scored].map(([id, hash]) => `${id} ${hash}`)),
    new Set(documents.map(({ id, hash }) => `${id} ${hash}`)),
  );
  if (rest.behind > 0) yield `${rest.behind} messages are not handled`;
  if (rest.sentimentDeadLetters > 0) yield `${rest.sentimentDeadLetters} sentiments went to dead letters`;
  if (rest.unpublished > 0) yield `${rest.unpublished} messages of the outbox are not published`;
  if (rest.undelivered > 0) yield `${rest.undelivered} deliveries to the webhook are not done`;
}

/** What documents say of watches, what is on the topic, what is mentioned and what is counted are the same. */
function* checkCounts({ documents, mentions, sentimentTopic, buckets }: Evidence): Generator<string> {
  const pairs = documents.flatMap(({ id, sentiments }) => sentiments.map(({ watchId, label }) => `${watchId}, ${id}: ${label}`));
  const mentioned = mentions.map(({ watch, document, label }) => `${watch}, ${document}: ${label}`);
  yield* differences('mentions', new Set(pairs), new Set(mentioned));
  const published = new Set(
    sentimentTopic.map(({ body }) => {
      const { data } = JSON.parse(body) as { data: { watchId: string; documentId: string; label: string } };
      return `${data.watchId}, ${data.documentId}: ${data.label}`;
    }),
  );
  yield* differences('published sentiments', new Set(pairs), published);
  yield* differences(
    'counts of documents',
    tally(mentions, ({ watch, label }) => `${watch} ${label}`),
    countsOf(buckets, 'documents'),
  );
  const firsts = mentions.filter(({ document, story }) => document === story);
  yield* differences(
    'counts of stories',
    tally(firsts, ({ watch, label }) => `${watch} ${label}`),
    countsOf(buckets, 'stories'),
  );
  const orphans = new Set(mentions.map(({ watch, story }) => `${watch} ${story}`)).size - firsts.length;
  if (orphans !== 0) yield `${orphans} stories without their first telling`;
}

function tally(mentions: readonly MentionRow[], keyOf: (mention: MentionRow) => string): Set<string> {
  const counts = new Map<string, number>();
  for (const mention of mentions) counts.set(keyOf(mention), (counts.get(keyOf(mention)) ?? 0) + 1);
  return new Set([...counts].map(([key, count]) => `${key}: ${count}`));
}

function countsOf(buckets: Evidence['buckets'], what: 'documents' | 'stories'): Set<string> {
  const counts = new Map<string, number>();
  for (const { watch, [what]: byLabel } of buckets) {
    for (const [label, count] of Object.entries(byLabel)) counts.set(`${watch} ${label}`, (counts.get(`${watch} ${label}`) ?? 0) + count);
  }
  return new Set([...counts].filter(([, count]) => count !== 0).map(([key, count]) => `${key}: ${count}`));
}

/** Who drops repeats by id is told each change once, in its order, on every way; and each watch has one open alert at most. */
function* checkAlerts({ alertEvents, alertsTopic, followed, posted, alerts }: Evidence): Generator<string> {
  const ids = alertEvents.map(({ id }) => id);
  if (new Set(ids).size < ids.length) yield `${ids.length - new Set(ids).size} changes of alerts were written twice`;
  for (const [way, told] of Object.entries({ 'alerts.sentiment': alertsTopic, 'server-sent events': followed, webhooks: posted })) {
    yield* differences(`changes of alerts by ${way}`, new Set(ids), new Set(told.map(({ id }) => id)));
  }
  for (const watch of new Set(alertEvents.map(({ data }) => data.watchId))) {
    const changes = alertEvents.filter(({ data }) => data.watchId === watch);
    const committed = changes.map(({ id }) => id);
    const published = firstTold(alertsTopic).filter((id) => committed.includes(id));
    if (String(published) !== String(committed)) yield `the alerts of ${watch} are on the topic in another order`;
    yield* checkLife(
      watch,
      changes.map(({ data }) => data),
    );
  }
  const newest = new Map(alertEvents.map(({ data }) => [data.id, `${data.id} ${data.state} ${data.severity}`]));
  yield* differences(
    'alerts as they stand',
    new Set(newest.values()),
    new Set(alerts.map(({ id, state, severity }) => `${id} ${state} ${severity}`)),
  );
}

function* checkLife(watch: string, changes: readonly Alert[]): Generator<string> {
  let open: string | undefined;
  for (const { id, change } of changes) {
    if (change === 'opened' && open !== undefined) yield `${watch}: ${id} opened while ${open} was open`;
    if (change !== 'opened' && open !== id) yield `${watch}: ${id} ${change} while ${open ?? 'none'} was open`;
    open = change === 'resolved' ? undefined : id;
  }
}

function firstTold(told: readonly Delivered[]): string[] {
  return [...new Set(told.map(({ id }) => id))];
}

/** What comes again is the same, byte for byte. */
function* checkRepeats(way: string, told: readonly Delivered[]): Generator<string> {
  const first = new Map<string, string>();
  const changed = new Set<string>();
  for (const { id, body } of told) {
    const before = first.get(id);
    if (before === undefined) first.set(id, body);
    else if (before !== body) changed.add(id);
  }
  if (changed.size > 0) yield `${way}: ${changed.size} events came again with other bytes, such as ${String([...changed][0])}`;
}

const SHOWN = 3;

function* differences(what: string, wanted: ReadonlySet<string>, found: ReadonlySet<string>): Generator<string> {
  const missing = [...wanted].filter((each) => !found.has(each));
  const surplus = [...found].filter((each) => !wanted.has(each));
  if (missing.length > 0) yield `${what}: ${missing.length} missing, such as ${missing.slice(0, SHOWN).join('; ')}`;
  if (surplus.length > 0) yield `${what}: ${surplus.length} too many, such as ${surplus.slice(0, SHOWN).join('; ')}`;
}
