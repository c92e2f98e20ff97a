import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeFiles,
  MANIFEST_FILE,
  ModelStore,
  writeRankingHead,
  type Manifest,
  type RankingHead,
  type RankingItem,
} from '@attune/artifact';
import { writeHandSetHead } from './hand-set-head';

const HIDDEN = 32;
/** Words of the specs' items; those of a line mean the same. */
const WORDS = ['window door roof', 'rose tulip seed', 'goal match team', 'soup bread oven', 'engine wheel brake'];

/** What another version of the head does differently. */
export interface HandSetRankingOptions {
  readonly app?: string;
  readonly version?: string;
  /** Direction of the first line of words: with another one, the vectors mean nothing beside those of the first. */
  readonly shift?: number;
  /** Items that it was trained on. */
  readonly items?: readonly RankingItem[];
  /** Pairs of trained items: who took the first takes the second. */
  readonly pairs?: readonly (readonly [string, string])[];
}

/**
 * Puts a ranking head into a model store, and promotes it, whose answers are known: texts are near that share words of one line, an item
 * that goes with one taken before counts twice as much as a near text, and popularity decides where nothing else does.
 */
export async function writeHandSetRanking(
  models: string,
  { app = 'recommender', version = '1', shift = 0, items = [], pairs = [] }: HandSetRankingOptions = {},
): Promise<void> {
  const directory = join(models, `source-${app}-${version}`);
  const words = new Map(WORDS.flatMap((line, at) => line.split(' ').map((word): [string, number[]] => [word, [(at + shift) % HIDDEN]])));
  // A head wants a task; nobody asks this one.
  const task = { name: 'unused', labels: ['a', 'b'].map((label) => ({ label, weights: {}, bias: 0 })) };
  await writeHandSetHead(directory, { hiddenSize: HIDDEN, words, tasks: [task] });
  const parts = await writeRankingHead(directory, handSetHead(items, pairs));
  const file = join(directory, MANIFEST_FILE);
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
  const files = { ...manifest.files, ...(await describeFiles(directory, parts)) };
  const ranking = { items: items.length, users: 0, events: 0, text: 'frozen', collaborative: 'none', metrics: {} };
  await writeFile(file, JSON.stringify({ ...manifest, files, ranking }));
  const store = new ModelStore(models);
  await store.add(app, version, directory);
  await store.promote(app, version);
}

function handSetHead(items: readonly RankingItem[], pairs: readonly (readonly [string, string])[]): RankingHead {
  const weigh = (name: string, weight: number) => ({ name, weight, mean: 0, deviation: 1 });
  const place = (id: string): number => items.findIndex((item) => item.id === id);
  return {
    scoring: {
      behaviour: {
        typeWeights: { viewed: 1, clicked: 2, commented: 3, shared: 3, purchased: 5, dismissed: -2 },
        defaultWeight: 1,
        recency: 5,
        tasteRecency: 5,
        longestHistory: 100,
        popularityDays: 30,
      },
      features: [weigh('collaborative', 2), weigh('text', 1), weigh('category', 0.3), weigh('recentPopularity', 0.01)],
      calibration: { scores: [0, 1, 2], probabilities: [0.02, 0.2, 0.5] },
      numbers: { price: { mean: 10, deviation: 5 } },
      categories: ['category'],
      trainedAt: Date.UTC(2026, 0, 1),
    },
    items: [...items],
    textVectors: new Float32Array(items.length * HIDDEN),
    textWidth: HIDDEN,
    matchVectors: new Float32Array(0),
    matchWidth: 0,
    matchProjection: new Float32Array(0),
    collaborative: {
      neighbours: Int32Array.from(items, ({ id }) => place(pairs.find(([first]) => first === id)?.[1] ?? '')),
      weights: Float32Array.from(items, ({ id }) => (pairs.some(([first]) => first === id) ? 1 : 0)),
      width: 1,
    },
  };
}
