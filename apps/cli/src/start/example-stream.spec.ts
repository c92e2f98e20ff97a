import { join } from 'node:path';
import type { MarketDocument } from '@attune/contracts';
import type { Scorer } from '@attune/opinion';
import { readWatches } from '../market/watch-file';
import { pastDocuments, playRows, readExampleRows } from './example-stream';
import { ROOT } from './places';

const EXAMPLE = join(ROOT, 'apps/sentiment-monitor/example');
const NOW = Date.UTC(2026, 4, 12, 10);
const SECOND = 1_000;

/** What comes in while the example is shown, one document a second. */
async function surgeOf(rows: Awaited<ReturnType<typeof readExampleRows>>): Promise<MarketDocument[]> {
  const played: MarketDocument[] = [];
  const send = (document: MarketDocument): Promise<void> => {
    const publishedAt = new Date(NOW + played.length * SECOND).toISOString();
    played.push({ ...document, publishedAt });
    return Promise.resolve();
  };
  await playRows(rows, { speed: 1e9, send, signal: new AbortController().signal });
  return played;
}

/** A head that calls all texts about an entity negative once the surge has begun, and none before. */
function readerOf(surge: readonly MarketDocument[]): Scorer {
  const bad = surge.map(({ text }) => text);
  const calm = { label: 'neutral', score: 0, probabilities: { negative: 0.1, neutral: 0.8, positive: 0.1 } } as const;
  const worried = { label: 'negative', score: -0.8, probabilities: { negative: 0.8, neutral: 0.2, positive: 0 } } as const;
  return {
    version: 'spec',
    score: (texts) =>
      Promise.resolve({
        results: texts.map(({ text }) => ({
          sentiment: bad.some((each) => each.includes(text) || text.includes(each)) ? worried : calm,
          topics: [],
          topicProbabilities: {},
        })),
        descriptions: new Map<string, Float32Array>(),
      }),
  };
}

describe('the example stream', () => {
  it('has past enough for a surge to be known as one: one alert, about Halden Freight, once its news come', async () => {
    const { runBacktest } = await import('@attune/opinion');
    const rows = await readExampleRows(join(EXAMPLE, 'stream.jsonl'));
    const past = pastDocuments(rows, NOW);
    const surge = await surgeOf(rows);
    const documents = (async function* () {
      yield* [...past, ...surge];
      await Promise.resolve();
    })();
    const { alerts } = await runBacktest({
      watches: await readWatches(join(EXAMPLE, 'watches.json')),
      documents,
      scorer: readerOf(surge),
      latenessMinutes: 5,
      signal: new AbortController().signal,
      onAlert: () => undefined,
      onProgress: () => undefined,
    });
    const opened = alerts.filter(({ alert }) => alert.change === 'opened');
    expect(opened.map(({ alert }) => alert.watchName)).toEqual(['Halden Freight']);
    expect(Date.parse(opened[0].at)).toBeGreaterThanOrEqual(NOW);
  });
});
