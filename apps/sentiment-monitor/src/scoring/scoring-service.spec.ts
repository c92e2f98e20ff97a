import { join } from 'node:path';
import { TOPICS, watchInputSchema, type MarketDocumentEvent, type TopicDefinition } from '@attune/contracts';
import { cloudEventMessage, openMemoryStream, type IncomingMessage, type MemoryEventStream } from '@attune/event-stream';
import { toDocumentEvent, WatchMatcher } from '@attune/opinion';
import { openDatabase, type Database } from '@attune/storage';
import { DocumentRepository } from '../documents/document-repository';
import { ScoringService } from './scoring-service';
import type { Scores, SentimentModel } from './sentiment-model';

const TOPIC = TOPICS.marketSentiment.name;
const HOUR = 3_600_000;
const EARLIER = Date.now() - HOUR;

/** Answers a little differently each time, as a head does whose batches differ, and says so by its version. */
class WaveringModel implements Pick<SentimentModel, 'score'> {
  calls = 0;

  async score(texts: readonly unknown[]): Promise<Scores> {
    this.calls += 1;
    const negative = 0.9 - 0.01 * this.calls;
    const sentiment = { label: 'negative' as const, probabilities: { negative, neutral: 1 - negative, positive: 0 }, score: -negative };
    return {
      modelVersion: `v${this.calls}`,
      results: texts.map(() => ({ sentiment, topics: [], topicProbabilities: {} })),
      descriptions: new Map(),
    };
  }
}

describe('ScoringService', () => {
  let database: Database;
  let stream: MemoryEventStream;
  let model: WaveringModel;
  let scoring: ScoringService;
  const refused: { offset: string; error: string }[] = [];
  const watch = watchInputSchema.parse({ name: 'Orbix', target: { kind: 'entity', names: ['Orbix'] } });

  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations: [join(__dirname, '../../migrations')] });
  }, 180_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.query((orm) => orm.execute('delete from documents'));
    refused.length = 0;
    stream = openMemoryStream({ topics: [TOPICS.marketSentiment as TopicDefinition] });
    model = new WaveringModel();
    scoring = serviceOn(stream);
  });
  afterEach(() => stream.close());

  const serviceOn = (publisher: Pick<MemoryEventStream, 'publish'>): ScoringService =>
    new ScoringService(new DocumentRepository(database), { matcher: WatchMatcher.build([{ ...watch, id: 'w' }]) }, model, publisher);

  /** A document as its `offset`th message brought it. */
  const received = (id: string, offset: number, { timestamp = Date.now(), publishedAt = EARLIER, text = 'Orbix fell' } = {}) => {
    const document = { id, source: 'spec', publishedAt: new Date(publishedAt).toISOString(), text: `${text} ${id}` };
    const event: MarketDocumentEvent = toDocumentEvent(document);
    const { key, value } = cloudEventMessage(TOPICS.marketDocuments, id, event);
    const message: IncomingMessage = {
      topic: TOPICS.marketDocuments.name,
      partition: 0,
      offset: String(offset),
      key,
      value: Buffer.from(String(value)),
      headers: {},
      timestamp,
    };
    return { event, message };
  };
  const process = (...batch: ReturnType<typeof received>[]) =>
    scoring.process(batch, async ({ message: { offset } }, error) => void refused.push({ offset, error: error.message }));
  const published = async (): Promise<string[]> => {
    const values: string[] = [];
    await stream.readToEnd(TOPIC, async (messages) => void values.push(...messages.map(({ value }) => String(value))));
    return values;
  };

  it('publishes what was stored, byte for byte, when a message comes again whose handling was cut short', async () => {
    const batch = [received('a', 1), received('b', 2)];
    expect(await process(...batch)).toEqual({ scored: 2, pairs: 2, duplicates: 0, refused: 0 });
    const first = await published();
    expect(await process(...batch)).toMatchObject({ scored: 2, pairs: 2 });
    expect(await published()).toHaveLength(4);
    expect(new Set(await published())).toEqual(new Set(first));
  });

  it('scores only the new ones of a batch that comes again with others, and keeps the order', async () => {
    await process(received('a', 1), received('b', 2));
    await process(received('b', 2), received('c', 3), received('d', 4));
    const ofOneWatch = (await published()).map(
      (value) => (JSON.parse(value) as { data: { documentId: string; modelVersion: string } }).data,
    );
    expect(ofOneWatch.map(({ documentId, modelVersion }) => `${documentId} ${modelVersion}`)).toEqual([
      'a v1',
      'b v1',
      'b v1',
      'c v2',
      'd v2',
    ]);
  });

  it('stores what it found where the broker does not take it, and does not ask the head again', async () => {
    const batch = [received('a', 1)];
    const away = serviceOn({ publish: () => Promise.reject(new Error('away')) });
    await expect(away.process(batch, async () => undefined)).rejects.toThrow('away');
    await process(...batch);
    expect((await published()).map((value) => (JSON.parse(value) as { data: { modelVersion: string } }).data.modelVersion)).toEqual(['v1']);
  });

  it('takes the same content in another message for a repeat, and other content for an error', async () => {
    const first = received('a', 1);
    expect(await process(first, { ...first, message: { ...first.message, offset: '2' } })).toMatchObject({ scored: 1, duplicates: 1 });
    expect(await process({ ...first, message: { ...first.message, offset: '3' } }, received('a', 4, { text: 'Orbix rose' }))).toMatchObject(
      {
        scored: 0,
        duplicates: 1,
        refused: 1,
      },
    );
    expect(refused).toEqual([{ offset: '4', error: expect.stringContaining('other content') }]);
    expect(await published()).toHaveLength(1);
  });

  it('judges times by when a message came in, so that a later attempt decides the same', async () => {
    const arrival = Date.now() - 24 * HOUR;
    await process(received('future', 1, { timestamp: arrival, publishedAt: arrival + HOUR }));
    expect(refused).toEqual([{ offset: '1', error: expect.stringContaining('future') }]);
    await process(received('a', 2, { timestamp: Date.now() + 9 * HOUR, publishedAt: Date.now() + 8 * HOUR }));
    expect(refused.map(({ offset }) => offset)).toEqual(['1', '2']);
    expect(await process(received('b', 3, { timestamp: -1 }))).toMatchObject({ scored: 1 });
    const [value] = await published();
    expect(Date.parse((JSON.parse(String(value)) as { data: { receivedAt: string } }).data.receivedAt)).toBeGreaterThan(arrival);
  });
});
