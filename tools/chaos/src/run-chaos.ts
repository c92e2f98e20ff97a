import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import { TOPICS } from '@attune/contracts';
import type { RunningPostgres } from '@attune/postgres-tool';
import { undisturbed, type Disturbance } from './disturbances';
import { checkEvidence } from './evidence/check-evidence';
import { compareEvidence } from './evidence/compare-evidence';
import type { Evidence } from './evidence/evidence';
import { readEvidence } from './evidence/read-evidence';
import { chance } from './input/chance';
import type { Market } from './input/market';
import { messagesOf } from './input/messages';
import { GROUPS, MarketSystem } from './system/market-system';

export interface ChaosOptions {
  readonly market: Market;
  readonly disturbances: readonly Disturbance[];
  readonly postgres: RunningPostgres;
  /** Folder of a model store with a promoted sentiment head. */
  readonly models: string;
  /** Partitions of `market.documents`. */
  readonly partitions: number;
  readonly seed: number;
  /** Folder for the logs of the instances. */
  readonly logs: string;
  /** Further variables of the instances. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly say: (step: string) => void;
}

/** What became of a run. */
export interface RunReport {
  readonly disturbance: Disturbance;
  readonly evidence: Evidence;
  readonly seconds: number;
  /** Promises that were broken, and differences from the undisturbed run. */
  readonly faults: readonly string[];
}

/** Milliseconds without any progress after which a run counts as stuck. */
const STUCK = 150_000;
const POLL = 100;
/** Milliseconds between two looks at how much is published: what is waited for must be hit in the act. */
const LOOK = 5;

/** Plays the market in once undisturbed, and once for each disturbance, and compares. */
export async function runChaos(options: ChaosOptions): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  let reference: Evidence | undefined;
  for (const disturbance of [undisturbed, ...options.disturbances]) {
    options.say(disturbance.title);
    const startedAt = performance.now();
    const evidence = await runOnce(disturbance, reference, options);
    const faults = [
      ...checkEvidence(evidence),
      ...(reference === undefined ? [] : compareEvidence(reference, evidence, options.partitions === 1)),
    ];
    reference ??= evidence;
    reports.push({ disturbance, evidence, faults, seconds: (performance.now() - startedAt) / 1000 });
    for (const fault of faults) options.say(`  FAULT ${fault}`);
  }
  return reports;
}

async function runOnce(disturbance: Disturbance, reference: Evidence | undefined, options: ChaosOptions): Promise<Evidence> {
  const { market, postgres, models, partitions, seed, logs, environment = {}, say } = options;
  const messages = messagesOf(market.documents, { seed, poison: disturbance.poison ?? 0 });
  const system = await MarketSystem.open({
    postgres,
    database: `chaos_${disturbance.name}_${Date.now()}`,
    models,
    partitions,
    watches: market.watches,
    environment,
    logs: join(logs, disturbance.name),
  });
  try {
    let published = 0;
    const publishing = system.publish(messages, (count) => (published = count));
    const untilShare = async (share: number): Promise<void> => {
      const wanted = share * (reference === undefined ? 0 : new Set(reference.sentimentTopic.map(({ id }) => id)).size);
      while ((await system.published(TOPICS.marketSentiment.name)) < wanted) await sleep(LOOK);
    };
    await Promise.all([
      publishing,
      disturbance.disturb({
        system,
        untilShare,
        chance: (name) => chance(seed, disturbance.name, name),
        say: (step) => say(`  ${step}, with ${published} of ${messages.length} messages published`),
      }),
    ]);
    await untilDone(system);
    await stopInstances(system);
    return await readEvidence(system);
  } finally {
    await system.close();
  }
}

/** Waits until everything is handled and sent out; something that stays undone shows in the evidence. */
async function untilDone(system: MarketSystem): Promise<void> {
  let before = '';
  let since = Date.now();
  for (;;) {
    const left = await leftToDo(system).catch((error: unknown) => [String(error)]);
    if (left.every((each) => each === 0)) return;
    if (String(left) !== before) [before, since] = [String(left), Date.now()];
    if (Date.now() - since > STUCK) return;
    await sleep(POLL);
  }
}

/** Documents to score, sentiments to take in, messages to publish, deliveries to make, changes of alerts to follow. */
async function leftToDo(system: MarketSystem): Promise<(number | string)[]> {
  const count = async (query: string): Promise<number> =>
    Number((await system.database.query((orm) => orm.execute<{ count: string }>(query))).rows[0]?.count ?? 0);
  const followed = new Set(system.follower.bodies.map((body) => (JSON.parse(body) as { id: string }).id)).size;
  return [
    await system.behind(TOPICS.marketDocuments.name, GROUPS.scoring),
    await system.behind(TOPICS.marketSentiment.name, GROUPS.detection),
    await count('select count(*) from attune_outbox'),
    await count('select count(*) from webhook_deliveries where delivered_at is null'),
    Math.max(0, (await count('select count(*) from alert_events')) - followed),
  ];
}

async function stopInstances(system: MarketSystem): Promise<void> {
  for (const number of [0, 1]) {
    // One that is just starting has nothing to end in order yet.
    await system.instance(number)?.untilReady();
    const status = await system.stopInstance(number);
    if (status !== undefined && status !== 0) {
      throw new AttuneError('inference-failed', `Instance ${number} ended with status ${status} when it was asked to.`);
    }
  }
}
