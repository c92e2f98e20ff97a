import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { AlertEvent } from '@attune/contracts';
import { createLogger, createService, DATABASE, DatabaseModule, defineConfiguration, type Service } from '@attune/service-kit';
import { openDatabase, type Database } from '@attune/storage';
import { until } from '@attune/testing';
import { Module } from '@nestjs/common';
import { alertEvents } from '../database/schema';
import { exampleEvents } from '../examples';
import { AlertFeed, type FeedItem } from './alert-feed';
import { AlertStreamController } from './alert-stream.controller';

const MIGRATIONS = join(__dirname, '../../migrations');
const POLL_MS = 20;

const eventOf = (id: string, reason = 'because'): AlertEvent => {
  const { alert } = exampleEvents();
  return { ...alert, id, data: { ...alert.data, reasons: [reason] } };
};

async function add(database: Database, ids: readonly string[], reason?: string): Promise<void> {
  const rows = ids.map((id) => ({ id, watchId: 'w', event: eventOf(id, reason) }));
  await database.query((orm) => orm.insert(alertEvents).values(rows));
}

const named = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `e${String(from + index)}`);

describe('the feed of alerts', () => {
  let database: Database;
  const errors: unknown[] = [];
  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations: [MIGRATIONS] });
  });
  afterEach(() => expect(errors).toEqual([]));
  afterAll(() => database.close());

  /** Takes items of a follower until one has this id. */
  async function takeUntil(id: string, changes: AsyncGenerator<FeedItem>): Promise<FeedItem[]> {
    const items: FeedItem[] = [];
    for (;;) {
      const { value } = await changes.next();
      items.push(value as FeedItem);
      if (items.at(-1)?.event.id === id) return items;
    }
  }

  it('goes on from any place, over what is in memory and what is not, without a gap or a repeat', async () => {
    const feed = new AlertFeed(database, (error) => errors.push(error), POLL_MS);
    const end = new AbortController();
    await add(database, named(0, 120));
    const first = await takeUntil('e119', await feed.follow('0-0', end.signal));
    expect(first.map(({ event }) => event.id)).toEqual(named(0, 120));
    const live = await feed.follow(await feed.latest(), end.signal);
    const behind = await feed.follow(first[70].position, end.signal);
    const ahead = takeUntil('e299', live);
    for (let start = 120; start < 300; start += 30) await add(database, named(start, start + 30));
    expect((await ahead).map(({ event }) => event.id)).toEqual(named(120, 300));
    expect((await takeUntil('e299', behind)).map(({ event }) => event.id)).toEqual(named(71, 300));
    end.abort();
    expect(await live.next()).toEqual({ done: true, value: undefined });
    await feed.close();
  });

  it('asks nothing while nobody follows, and begins anew for the next', async () => {
    const feed = new AlertFeed(database, (error) => errors.push(error), POLL_MS);
    const once = new AbortController();
    await feed.follow(await feed.latest(), once.signal);
    once.abort();
    const query = jest.spyOn(database, 'query');
    const again = new AbortController();
    const changes = await feed.follow(await feed.latest(), again.signal);
    await add(database, ['anew']);
    expect((await takeUntil('anew', changes)).map(({ event }) => event.id)).toEqual(['anew']);
    again.abort();
    await feed.close();
    const asked = query.mock.calls.length;
    await add(database, ['unheard']);
    expect(query.mock.calls.length).toBe(asked + 1);
    query.mockRestore();
  });
});

@Module({
  imports: [DatabaseModule.forService({ inMemory: true, migrations: [MIGRATIONS] })],
  controllers: [AlertStreamController],
  providers: [
    {
      provide: AlertFeed,
      inject: [DATABASE],
      useFactory: (database: Database) => new AlertFeed(database, () => undefined, POLL_MS),
    },
  ],
})
class StreamModule {}

describe('the stream of alerts', () => {
  let service: Service;
  let database: Database;
  const serverSide: Socket[] = [];
  beforeAll(async () => {
    service = await createService({
      name: 'stream',
      version: '1',
      configuration: defineConfiguration({}).loadConfiguration({ ATTUNE_PORT: '0' }),
      documents: { title: 'Stream', description: 'For a spec' },
      logger: createLogger({ name: 'stream', level: 'silent' }),
      module: StreamModule,
    });
    database = service.app.get<Database>(DATABASE, { strict: false });
    service.app.getHttpServer().on('connection', (socket: Socket) => serverSide.push(socket));
  });
  afterAll(() => service.close());

  function open(lastEventId: string): { socket: Socket; ids: string[] } {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(`GET /v1/alerts/stream HTTP/1.1\r\nhost: localhost\r\nlast-event-id: ${lastEventId}\r\n\r\n`);
    const ids: string[] = [];
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('id: ')) ids.push(line);
    });
    return { socket, ids };
  }

  it('holds little for a client that takes nothing, and gives it all once it does', async () => {
    const bulky = 'x'.repeat(10_000);
    // More than the buffers of the kernel on both sides.
    for (let start = 0; start < 3_000; start += 250) await add(database, named(start, start + 250), bulky);
    const slow = open('0-0');
    slow.socket.pause();
    await until(() => Promise.resolve(serverSide[0]?.writableNeedDrain === true));
    const held = serverSide[0].writableLength;
    expect(held).toBeLessThan(200_000);
    const quick = open('0-0');
    await add(database, ['last']);
    await until(() => Promise.resolve(quick.ids.length === 3_002));
    expect(serverSide[0].writableLength).toBeLessThanOrEqual(held);
    slow.socket.resume();
    await until(() => Promise.resolve(slow.ids.length >= 3_002));
    expect(slow.ids).toEqual(quick.ids);
    expect(new Set(slow.ids).size).toBe(3_002);
    for (const { socket } of [slow, quick]) socket.destroy();
  });

  it('says where it begins, so that who is cut off before the first event misses none', async () => {
    const end = new AbortController();
    const response = await fetch(`${service.url}/v1/alerts/stream`, { signal: end.signal });
    const { value } = (await response.body?.getReader().read()) ?? {};
    end.abort();
    const [block, id] = /^retry: 2000\nid: (\d+-\d+)\n\n$/.exec(Buffer.from(value ?? []).toString()) ?? [];
    expect(block).toBeDefined();
    await add(database, ['unseen']);
    const again = open(id ?? '');
    await until(() => Promise.resolve(again.ids.length > 1));
    again.socket.destroy();
    // Its own place, and what came after it.
    expect(again.ids).toHaveLength(2);
    expect(again.ids[0]).toBe(`id: ${id ?? ''}`);
  });

  it('answers a HEAD without staying open', async () => {
    expect((await fetch(`${service.url}/v1/alerts/stream`, { method: 'HEAD' })).status).toBe(200);
  });
});
