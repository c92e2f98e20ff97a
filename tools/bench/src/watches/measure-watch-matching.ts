import { planDocument, seededRandom, StoryIndex, TopicIndex, WatchMatcher, fingerprint } from '@attune/opinion';
import type { MarketDocument, Watch } from '@attune/contracts';
import { readStockNet } from '@attune/stocknet-tool';
import { median } from '../statistics';
import type { Result } from '../write-result';
import { inventedWatches } from './invented-watches';

export interface WatchMatchingOptions {
  /** Folder with tweets.jsonl.gz and StockTable. */
  stocknet: string;
  /** Documents of it that are looked at. */
  limit: number;
  rounds: number;
  onRun: (what: string) => void;
  command: string;
}

const WATCHES = [100, 1_000, 10_000, 100_000];
const DESCRIPTIONS = [100, 1_000, 10_000];
const DIMENSIONS = 384;
const NEVER = '1970-01-01T00:00:00.000Z';

/** Processor time in seconds that work takes; of one thread, since nothing here waits. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Measures what a document costs before and after the head: finding its watches, its fingerprint, its story; by the number of watches. */
export async function measureWatchMatching({ stocknet, limit, rounds, onRun, command }: WatchMatchingOptions): Promise<Result> {
  const net = await readStockNet(stocknet);
  const documents = net.documents.slice(0, limit);
  const companies = net.watches.map((watch, index): Watch => ({ ...watch, id: `company-${index}`, createdAt: NEVER, updatedAt: NEVER }));
  const words = wordsOf(documents);
  const matchers = WATCHES.map((count) => {
    onRun(`an index of ${count.toLocaleString('en')} watches`);
    const watches = [...companies, ...inventedWatches(count - companies.length, words, seededRandom(count))];
    let matcher = WatchMatcher.build([]);
    const seconds = processorTime(() => (matcher = WatchMatcher.build(watches)));
    return {
      name: `matching, ${count.toLocaleString('en')} watches`,
      seconds,
      times: [] as number[],
      run: () => planAll(documents, matcher),
    };
  });
  const others = [
    { name: 'fingerprint', times: [] as number[], run: () => documents.forEach(({ text }) => fingerprint(text)) },
    { name: 'story among those of one watch', times: [] as number[], run: linker(documents) },
    ...DESCRIPTIONS.map((count) => ({
      name: `topics by meaning, ${count.toLocaleString('en')} descriptions`,
      times: [] as number[],
      run: describer(count, documents.length),
    })),
  ];
  for (let round = 0; round <= rounds; round++) {
    onRun(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const { times, run } of [...matchers, ...others]) {
      const seconds = processorTime(run);
      if (round > 0) times.push(seconds);
    }
  }
  const least = median(matchers[0].times);
  const perDocument = (times: readonly number[]): string[] => {
    const seconds = median(times) / documents.length;
    return [Math.round(1 / seconds).toLocaleString('en'), (1e6 * seconds).toFixed(1)];
  };
  return {
    name: 'watch-matching',
    title: 'Finding the watches of a document',
    command,
    summary:
      `Processor time of one thread for the first ${documents.length.toLocaleString('en')} tweets of StockNet, ${rounds} rounds in turns, medians. ` +
      `The watches are its ${companies.length} companies and invented ones: of ten, nine companies with two names and a ticker, one of them with a pattern, and a topic with keywords.`,
    columns: ['', 'documents/s', 'µs a document', 'against 100 watches', 's to build'],
    rows: [
      ...matchers.map(({ name, times, seconds }) => [
        name,
        ...perDocument(times),
        `${(median(times) / least).toFixed(2)} ×`,
        seconds.toFixed(2),
      ]),
      ...others.map(({ name, times }) => [name, ...perDocument(times), '', '']),
    ],
    notes: [
      'Matching holds reading the text, the search in the trie of names, what decides whether an ordinary word is a name, patterns, and sentences; with more watches more of them are found, too.',
      'Topics by meaning cost one product with each different description: the only part that grows with the number of watches. It is done only while there are such watches.',
    ],
  };
}

function planAll(documents: readonly MarketDocument[], matcher: WatchMatcher): void {
  for (const document of documents) planDocument(document, matcher, '');
}

function linker(documents: readonly MarketDocument[]): () => void {
  const tellings = documents.map(({ id, text, publishedAt }) => ({
    documentId: id,
    publishedAt: Date.parse(publishedAt),
    label: 'neutral' as const,
    fingerprint: fingerprint(text),
  }));
  return () => {
    const index = new StoryIndex();
    for (const telling of tellings) index.link(telling);
  };
}

/** Compares texts with so many descriptions. */
function describer(count: number, texts: number): () => void {
  const random = seededRandom(count);
  const vector = (): Float32Array => {
    const values = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  const index = new TopicIndex();
  const vectors = new Map<string, Float32Array>();
  for (let i = 0; i < count; i++) {
    const description = `description ${i}`;
    vectors.set(description, vector());
    index.add({ id: `${i}`, enabled: true, target: { kind: 'topic', keywords: [], description, threshold: 0.5 } });
  }
  const embeddings = Array.from({ length: 100 }, vector);
  return () => {
    for (let text = 0; text < texts; text++) index.match({ topics: {}, embedding: embeddings[text % embeddings.length] }, vectors);
  };
}

/** Words of the documents with capitals, as names of companies begin. */
function wordsOf(documents: readonly MarketDocument[]): string[] {
  const words = new Set<string>();
  for (const { text } of documents.slice(0, 5_000)) for (const [word] of text.matchAll(/\b[A-Z][a-z]{3,}\b/g)) words.add(word);
  return [...words];
}
