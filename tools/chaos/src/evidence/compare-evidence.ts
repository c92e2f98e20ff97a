import type { Evidence } from './evidence';

/**
 * How far fractions may be apart. Sums of them depend on the order of the summands; and a head answers in its last bits by
 * what else is in the batch, so that a score, which is kept to four digits, may differ in the last of them from run to run
 * (never within a run: what was found in a document is stored before it is published). Counts must be the same.
 */
const TOLERANCE = 2.5e-4;
const SHOWN = 3;

/** Something that must be the same in every run. */
interface Fact {
  readonly key: string;
  readonly value: unknown;
}

/**
 * In what a run differs from an undisturbed one, a sentence for each kind of fact.
 *
 * @param inOrder whether documents come in the same order in every run. In another order the same documents are counted,
 *   but which of them finds a window open, tells a story first or tips an alert is another: then the counts of documents alone
 *   must be the same
 */
export function compareEvidence(undisturbed: Evidence, disturbed: Evidence, inOrder: boolean): string[] {
  const factsOf = inOrder ? allFacts : factsInAnyOrder;
  const [wanted, found] = [factsOf(undisturbed), factsOf(disturbed)];
  return Object.entries(wanted).flatMap(([kind, facts]) => [...compare(kind, facts, found[kind] ?? [])]);
}

function factsInAnyOrder({ documents, mentions, buckets }: Evidence): Record<string, Fact[]> {
  return {
    documents: documents.map(({ id, hash, sentiments }): Fact => ({ key: id, value: { hash, sentiments } })),
    mentions: mentions.map(({ watch, document, label }): Fact => ({ key: `${watch}, ${document}`, value: label })),
    counts: buckets.map((bucket): Fact => ({ key: `${bucket.watch}, ${bucket.start}, ${bucket.seconds}`, value: bucket.documents })),
  };
}

function allFacts({ documents, mentions, buckets, trendsTopic, alertsTopic, alerts }: Evidence): Record<string, Fact[]> {
  return {
    documents: documents.map(({ id, hash, sentiments }): Fact => ({ key: id, value: { hash, sentiments } })),
    mentions: mentions.map(({ watch, document, ...value }): Fact => ({ key: `${watch}, ${document}`, value })),
    counts: buckets.map(({ watch, start, seconds, ...value }): Fact => ({ key: `${watch}, ${start}, ${seconds}`, value })),
    windows: trendsTopic.map(({ id, body }): Fact => ({ key: id, value: JSON.parse(body) })),
    'changes of alerts': alertsTopic.map(({ id, body }): Fact => ({ key: id, value: JSON.parse(body) })),
    alerts: alerts.map((alert): Fact => ({ key: alert.id, value: alert })),
  };
}

function* compare(kind: string, wanted: readonly Fact[], found: readonly Fact[]): Generator<string> {
  const [before, after] = [wanted, found].map((facts) => new Map(facts.map(({ key, value }) => [key, value])));
  if (before === undefined || after === undefined) return;
  const missing = [...before.keys()].filter((key) => !after.has(key));
  const surplus = [...after.keys()].filter((key) => !before.has(key));
  const different = [...before].filter(([key, value]) => after.has(key) && !isSame(value, after.get(key))).map(([key]) => key);
  for (const [how, keys] of Object.entries({ missing, 'too many': surplus, different })) {
    if (keys.length > 0) yield `${kind}: ${keys.length} of ${before.size} ${how}, such as ${keys.slice(0, SHOWN).join('; ')}`;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') return isSameNumber(one, other);
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isSame(Reflect.get(one, name), Reflect.get(other, name)));
}

function isSameNumber(one: number, other: number): boolean {
  if (Number.isInteger(one) && Number.isInteger(other)) return one === other;
  return Math.abs(one - other) <= TOLERANCE * Math.max(1, Math.abs(one));
}
