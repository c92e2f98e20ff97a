import { join } from 'node:path';
import { readStockNet } from '@attune/stocknet-tool';
import { generatedKnowledge } from '../dialogue/generated-knowledge';
import { lookAtMachine } from '../machine';
import { generatedCatalogue } from '../recommendation/generated-catalogue';
import { promoteGeneratedHead } from '../recommendation/generated-head';
import { negativeStories, probeWatches } from '../stream/probe-texts';
import type { Result } from '../write-result';
import { liveThroughDay } from './busy-day';
import { gatherEvidence } from './evidence';
import { Feeds } from './feeds';
import { Ledger } from './ledger';
import { costliestOf, measureInstances } from './measure-instances';
import { openScaleGround, type ScaleGround, type ScaleWorld } from './scale-ground';
import { dayResult, instancesResult } from './scale-results';
import { ASSUMPTIONS, costTable, sumTable } from './sums';

/** What is measured: instances of each service one after the other, and all services through a day. */
export const SCALE_PARTS = ['instances', 'day'] as const;

export interface ScaleBenchmarkOptions {
  /** Model store with promoted heads of the sentiment monitor and the customer service. */
  models: string;
  /** Directory of an exported encoder, for the recommender's head. */
  encoder: string;
  stocknet: string;
  parts: readonly (typeof SCALE_PARTS)[number][];
  /** Most instances of each service. */
  instances: number;
  /** Of each turn. */
  seconds: number;
  documents: number;
  entries: number;
  items: number;
  peak: number;
  hourSeconds: number;
  documentsADay: number;
  messages: number;
  lists: number;
  events: number;
  work: string;
  onRun: (what: string) => void;
  command: string;
}

/** Negative stories that the usual rules of a watch ask for. */
const STORIES = 4;
const PROBES = 24;
const HOURS = 24;
const WARM_UP_SECONDS = 4;
/** Events of a turn for each document of one: they are far cheaper. */
const EVENTS_PER_DOCUMENT = 5;
const CONVERSATIONS = 16;
const REQUESTS = 6;

/** Drives all three services on one Kafka and one PostgreSQL, with one, two and more instances of each. Knowledge and catalogue of a former run are used as they are. */
export async function benchmarkScale(options: ScaleBenchmarkOptions): Promise<Result[]> {
  const { parts, command, work, onRun } = options;
  const machine = await lookAtMachine();
  const results: Result[] = [];
  for (const part of parts) {
    const ground = await openScaleGround({
      world: await worldOf(options),
      work,
      databaseFolder: join(work, `scale-${options.entries}-${options.items}`),
      onRun,
    });
    try {
      results.push(await measurePart(part, ground, options, { command, notes: [machine.note] }));
    } finally {
      await ground.close();
    }
  }
  return results;
}

async function measurePart(
  part: (typeof SCALE_PARTS)[number],
  ground: ScaleGround,
  options: ScaleBenchmarkOptions,
  page: { command: string; notes: readonly string[] },
): Promise<Result> {
  const feeds = new Feeds(ground);
  const ledger = new Ledger();
  const { instances, seconds, documents, onRun } = options;
  if (part === 'instances') {
    const measured = await measureInstances(ground, feeds, ledger, {
      most: instances,
      seconds,
      warmUpSeconds: WARM_UP_SECONDS,
      documents,
      events: EVENTS_PER_DOCUMENT * documents,
      conversations: CONVERSATIONS,
      requests: REQUESTS,
      onRun,
    });
    const costs = costliestOf(measured);
    // For docs/scale.md, which adds it up.
    onRun(`\n${costTable(costs)}\n\n${sumTable(costs, ASSUMPTIONS)}\n`);
    return instancesResult(measured, await gatherEvidence(ground, feeds, ledger), page);
  }
  const day = {
    hours: HOURS,
    hourSeconds: options.hourSeconds,
    peakFactor: options.peak,
    documentsADay: options.documentsADay,
    messages: options.messages,
    lists: options.lists,
    events: options.events,
    most: instances,
    probes: PROBES,
    stories: await negativeStories(options.models, STORIES),
    onRun,
  };
  const hours = await liveThroughDay(ground, feeds, ledger, day);
  return dayResult(hours, await gatherEvidence(ground, feeds, ledger), day, page);
}

async function worldOf({ models, encoder, stocknet, entries, items, work, onRun }: ScaleBenchmarkOptions): Promise<ScaleWorld> {
  const { documents, watches } = await readStockNet(stocknet);
  const articles = generatedCatalogue(items);
  const recommender = join(work, `recommendation-models-${items}`);
  onRun("writing the recommender's head");
  await promoteGeneratedHead(recommender, encoder, articles);
  return {
    models: { 'sentiment-monitor': models, 'customer-service': models, recommender },
    documents,
    watches: [...watches, ...probeWatches(PROBES)],
    entries: generatedKnowledge(entries),
    articles,
  };
}
