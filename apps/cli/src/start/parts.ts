import { join } from 'node:path';
import { buildPage } from './console-page';
import { loadArticles, loadReaders, simulateReaders } from './examples/articles';
import { loadKnowledge } from './examples/knowledge';
import { handInPast, playNews, readMarketExample } from './examples/market';
import type { ExampleHead } from './first-head';
import { MonitorClient } from './monitor-client';
import { ROOT } from './places';

/** A part of what is started: a service with what it is given at its first start, or the console. */
export interface Part {
  readonly app: string;
  readonly what: string;
  /** Whether it keeps a database, in a folder of its own. */
  readonly hasData: boolean;
  /** The variable by which others are told where it is. */
  readonly urlVariable?: string;
  /** Whether it is told where the others are. */
  readonly knowsOthers?: boolean;
  /** Variables that it gets beside those of all. @param data folder in which everything keeps its data */
  variables?(data: string): Readonly<Record<string, string>>;
  /** What must be done on this machine before it starts. */
  prepare?(signal: AbortSignal): Promise<void>;
  /** The head that it serves, where it serves one. */
  readonly head?: ExampleHead;
  /** Gives it its example data. */
  load?(url: string, signal: AbortSignal): Promise<void>;
  /** What goes on after it, while everything runs. */
  play?(url: string, signal: AbortSignal): Promise<void>;
}

/** Where the simulated readers of the recommender's head are kept, and the weeks of which it learns nothing, as in its target `head`. */
const READERS = join(ROOT, 'runs/recommender');
const TEST_WEEKS = 4;

/** In the order of their ports. */
export const PARTS: readonly Part[] = [
  { app: 'console', what: 'a page over all services', hasData: false, knowsOthers: true, prepare: buildPage },
  {
    app: 'customer-service',
    what: 'conversations',
    hasData: true,
    urlVariable: 'ATTUNE_CUSTOMER_SERVICE_URL',
    head: { shortTraining: ['--epochs', '1', '--batch-size', '32', '--set', 'export.int8=false'] },
    load: loadKnowledge,
  },
  {
    app: 'sentiment-monitor',
    what: 'sentiment and alerts',
    hasData: true,
    urlVariable: 'ATTUNE_SENTIMENT_MONITOR_URL',
    head: { shortTraining: ['--epochs', '0.5', '--set', 'tuner.unfreezeEvery=0.1', '--set', 'export.int8=false'] },
    load: loadMarket,
    play: playMarket,
  },
  {
    app: 'recommender',
    what: 'recommendations',
    hasData: true,
    urlVariable: 'ATTUNE_RECOMMENDER_URL',
    head: { prepare: async (signal) => ['--events', await simulateReaders(READERS, TEST_WEEKS, signal)] },
    load: async (url, signal) => {
      await loadArticles(url, signal);
      await loadReaders(url, signal);
    },
  },
  {
    app: 'trainer',
    what: 'data sets, trainings and versions of heads',
    hasData: true,
    urlVariable: 'ATTUNE_TRAINER_URL',
    variables: (data) => ({ ATTUNE_TRAINING_FILES: join(data, 'trainer-files') }),
  },
];

async function loadMarket(url: string, signal: AbortSignal): Promise<void> {
  await handInPast(new MonitorClient(url, signal), await readMarketExample(), new Map(), signal);
}

/** The news come in with their surge, so that there is an alert to see. */
async function playMarket(url: string, signal: AbortSignal): Promise<void> {
  await playNews(new MonitorClient(url, signal), await readMarketExample(), new Map(), signal);
}
