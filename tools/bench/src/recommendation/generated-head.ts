import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFiles, MANIFEST_FILE, ModelStore, readManifest, writeRankingHead, type RankingHead } from '@attune/artifact';
import type { GeneratedArticle } from './generated-catalogue';

/** Items that a collaborative row names, as many as training keeps. */
const NEIGHBOURS = 50;

/**
 * Puts a ranking head of a generated catalogue into a model store, and promotes it: the encoder as it was exported, every feature in use, and
 * a full collaborative row for each item. What it says is made up; what it costs to serve is not.
 *
 * @param encoder directory that `attune export --model all-MiniLM-L6-v2` wrote
 */
export async function promoteGeneratedHead(store: string, encoder: string, articles: readonly GeneratedArticle[]): Promise<void> {
  const directory = join(store, 'generated-head');
  await rm(directory, { recursive: true, force: true });
  await cp(encoder, directory, { recursive: true });
  const manifest = await readManifest(directory);
  const parts = await writeRankingHead(directory, generatedHead(articles, manifest.encoder.hiddenSize));
  const files = { ...manifest.files, ...(await describeFiles(directory, parts)) };
  const ranking = { items: articles.length, users: 0, events: 0, text: 'frozen', collaborative: 'none', metrics: {} };
  await writeFile(
    join(directory, MANIFEST_FILE),
    JSON.stringify({ ...JSON.parse(await readFile(join(directory, MANIFEST_FILE), 'utf8')), files, ranking }),
  );
  const models = new ModelStore(store);
  const version = `generated-${String(articles.length)}`;
  const known = await models.list('recommender');
  if (!known.some((stored) => stored.version === version)) await models.add('recommender', version, directory);
  await models.promote('recommender', version);
  await rm(directory, { recursive: true, force: true });
}

function generatedHead(articles: readonly GeneratedArticle[], textWidth: number): RankingHead {
  const count = articles.length;
  const weigh = (name: string, weight: number) => ({ name, weight, mean: 0, deviation: 1 });
  const categories = new Set(articles.map(({ category }) => category)).size;
  return {
    scoring: {
      behaviour: {
        typeWeights: { viewed: 1, clicked: 2, commented: 3, shared: 3, purchased: 5, dismissed: -2 },
        defaultWeight: 1,
        recency: 5,
        tasteRecency: 5,
        longestHistory: 200,
        popularityDays: 30,
      },
      features: [
        weigh('collaborative', 1),
        weigh('text', 1),
        weigh('textOfUnseen', 0.3),
        weigh('category', 0.5),
        weigh('numbers', 0.1),
        weigh('popularity', 0.05),
        weigh('recentPopularity', 0.1),
        weigh('recency', 0.1),
      ],
      calibration: { scores: [0, 1, 3], probabilities: [0.01, 0.1, 0.4] },
      numbers: { minutes: { mean: 8, deviation: 4 } },
      categories: ['category'],
      trainedAt: Date.UTC(2026, 0, 1),
    },
    items: articles.map(({ id, category, attributes }, place) => ({
      id,
      categories: { category: [category] },
      numbers: { ...attributes },
      events: 1 + (place % 97),
      decayedEvents: (1 + (place % 97)) / 2,
      users: 1,
      firstAt: Date.UTC(2025, 0, 1 + (place % 365)),
    })),
    textVectors: new Float32Array(count * textWidth),
    textWidth,
    matchVectors: new Float32Array(0),
    matchWidth: 0,
    matchProjection: new Float32Array(0),
    collaborative: {
      // Of the same category, spread over the catalogue.
      neighbours: Int32Array.from({ length: count * NEIGHBOURS }, (_, at) => {
        const [place, rank] = [Math.floor(at / NEIGHBOURS), at % NEIGHBOURS];
        return (place + categories * (1 + rank * rank * 3)) % count;
      }),
      weights: Float32Array.from({ length: count * NEIGHBOURS }, (_, at) => 1 / (2 + (at % NEIGHBOURS))),
      width: NEIGHBOURS,
    },
  };
}
