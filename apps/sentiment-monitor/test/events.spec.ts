import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLetterTopic, MAX_DOCUMENT_CHARACTERS, TOPICS, type MarketDocument, type TopicDefinition } from '@attune/contracts';
import { DEAD_LETTER_HEADERS, openKafkaStream, type EventStream, type IncomingMessage } from '@attune/event-stream';
import { toDocumentEvent } from '@attune/opinion';
import { describeWithReal, realKafka, until, writeWordListModel } from '@attune/testing';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { startMonitor, type RunningMonitor } from './running-monitor';

const { marketDocuments, marketSentiment, marketTrends, alertsSentiment } = TOPICS;
const MONITOR_TOPICS = [marketDocuments, marketSentiment, marketTrends, alertsSentiment] as TopicDefinition[];

interface AsyncApi {
  channels: Record<string, { address: string }>;
  operations: Record<string, { action: 'send' | 'receive'; messages: { $ref: string }[] }>;
  components: { messages: Record<string, { name: string; payload: object; examples?: { payload: unknown }[] }> };
}

/** On a shared one, other specs publish on the monitor's topics. */
const ownKafka = { ...realKafka, name: 'Kafka of its own', fromEnvironment: () => undefined };

describeWithReal(ownKafka, 'events of the sentiment monitor', (brokers) => {
  let folder: string;
  let stream: EventStream;
  let monitor: RunningMonitor;
  let document: AsyncApi;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-events-'));
    await writeWordListModel(join(folder, 'models'));
    stream = await openKafkaStream({ brokers: brokers(), maxWait: 50 });
    await stream.applyTopics(MONITOR_TOPICS);
    monitor = await startMonitor({
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      KAFKA_BROKERS: brokers().join(','),
    });
    document = (await monitor.request('GET', '/asyncapi.json')).body as AsyncApi;
  }, 180_000);

  afterAll(async () => {
    await monitor.stop();
    await stream.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function messagesOf(topic: string): Promise<IncomingMessage[]> {
    const found: IncomingMessage[] = [];
    await stream.readToEnd(topic, async (messages) => void found.push(...messages));
    return found;
  }
  const lettersOf = ({ name }: { name: string }) => messagesOf(deadLetterTopic(name));
  const isScored = async (id: string) => (await monitor.request('GET', `/v1/documents/${encodeURIComponent(id)}`)).status === 200;
  const publish = (topic: { name: string }, key: string, value: string) => stream.publish(topic.name, [{ key, value }]);

  it('are taken as the examples of its AsyncAPI document show them, and those it publishes are as documented', async () => {
    await monitor.request('POST', '/v1/watches', { name: 'Halden', target: { kind: 'entity', names: ['Halden Freight'] } });
    const received = Object.values(document.operations).filter(({ action }) => action === 'receive');
    const names = received.flatMap(({ messages }) => messages.map(({ $ref }) => $ref.split('/').at(-1) ?? ''));
    expect(names).toEqual(['marketDocuments', 'marketSentiment']);
    for (const name of names) {
      const { name: topic, examples = [] } = document.components.messages[name];
      expect(examples).not.toEqual([]);
      for (const { payload } of examples) await publish({ name: topic }, 'example', JSON.stringify(payload));
    }
    await until(() => isScored('harbour-wire:4711'));
    await until(async () => (await messagesOf(marketSentiment.name)).length === 2);
    const ajv = addFormats.default(new Ajv({ strict: false }));
    const validate = ajv.compile(document.components.messages.marketSentiment.payload);
    for (const { value } of await messagesOf(marketSentiment.name)) {
      expect(validate(JSON.parse(String(value))) ? [] : validate.errors).toEqual([]);
    }
    expect(await lettersOf(marketDocuments)).toEqual([]);
    expect(await lettersOf(marketSentiment)).toEqual([]);
  });

  const good: MarketDocument = { id: 'good', source: 'spec', publishedAt: '2026-03-01T09:30:00Z', text: 'A good day.' };
  const documentWith = (change: Partial<Record<keyof MarketDocument, string>>) =>
    JSON.stringify(toDocumentEvent({ ...good, ...change } as MarketDocument));

  it('that cannot be handled go to dead letters at once, untouched, with what is wrong; the others go on', async () => {
    const bad: Record<string, [value: string, message: RegExp]> = {
      'not-json': ['{"specversion":', /JSON/],
      'no-event': ['{"id":"a"}', /specversion/],
      'another-type': [documentWith({}).replace('attune.market.document', 'attune.other'), /type/],
      'no-text': [documentWith({ id: 'no-text', text: ' ' }), /text/],
      'long-text': [documentWith({ id: 'long-text', text: 'x'.repeat(MAX_DOCUMENT_CHARACTERS + 1) }), /text/],
      nul: [documentWith({ id: 'nul', text: 'A good\0 day.' }), /U\+0000/],
      'from-2099': [documentWith({ id: 'from-2099', publishedAt: '2099-01-01T00:00:00Z' }), /future/],
      'from-1970': [documentWith({ id: 'from-1970', publishedAt: '1970-01-01T00:00:00Z' }), /1991/],
    };
    for (const [key, [value]] of Object.entries(bad)) await publish(marketDocuments, key, value);
    await publish(marketDocuments, 'good', documentWith({}));
    await until(() => isScored('good'));
    await publish(marketDocuments, 'good', documentWith({}));
    await publish(marketDocuments, 'good', documentWith({ text: 'A bad day.' }));
    await until(async () => (await lettersOf(marketDocuments)).length === Object.keys(bad).length + 1);
    const letters = new Map((await lettersOf(marketDocuments)).map((letter) => [letter.key, letter]));
    for (const [key, [value, message]] of Object.entries(bad)) {
      const letter = letters.get(key);
      expect(String(letter?.value)).toBe(value);
      expect(letter?.headers[DEAD_LETTER_HEADERS.error]).toMatch(message);
      expect(letter?.headers).toMatchObject({
        [DEAD_LETTER_HEADERS.topic]: marketDocuments.name,
        [DEAD_LETTER_HEADERS.group]: 'sentiment-monitor.scoring',
        [DEAD_LETTER_HEADERS.attempts]: expect.stringMatching(/^[01]$/) as string,
      });
    }
    expect(letters.get('good')?.headers[DEAD_LETTER_HEADERS.error]).toContain('came before, with other content');
    expect((await monitor.request('GET', '/v1/documents/good')).body).toMatchObject({ text: 'A good day.' });
  });

  it('of sentiment are held to their schema as well, and one about an unknown watch has no effect', async () => {
    const [{ payload }] = document.components.messages.marketSentiment.examples ?? [];
    const event = payload as { id: string; data: object };
    const of = (id: string, change: object) => JSON.stringify({ ...event, id, data: { ...event.data, ...change } });
    await publish(marketSentiment, 'surer-than-sure', of('a', { score: -2 }));
    await publish(marketSentiment, 'unknown', of('b', { watchId: 'nobody' }));
    await until(async () => (await lettersOf(marketSentiment)).length === 1);
    const [letter] = await lettersOf(marketSentiment);
    expect(letter.key).toBe('surer-than-sure');
    expect(letter.headers[DEAD_LETTER_HEADERS.error]).toMatch(/score/);
    expect((await monitor.request('GET', '/health/ready')).status).toBe(200);
  });
});
