import { randomUUID } from 'node:crypto';
import { enqueue, enqueueWithin, OutboxRelay, statement, type Database, type OutboxRelayOptions, type RelayedMessage } from '../src';

/** A broker's side of a relay: what it got, and faults. */
export class Received {
  readonly messages: { readonly topic: string; readonly message: RelayedMessage }[] = [];
  private readonly waiting: { readonly count: number; readonly done: () => void }[] = [];
  /** Called before messages are taken; throws to refuse them. */
  before: (topic: string) => Promise<void> | void = () => undefined;

  readonly publish = async (topic: string, messages: readonly RelayedMessage[]): Promise<void> => {
    await this.before(topic);
    this.messages.push(...messages.map((message) => ({ topic, message })));
    for (const { count, done } of this.waiting) if (this.messages.length >= count) done();
  };

  /** Resolves once so many messages have come. */
  until(count: number): Promise<void> {
    return this.messages.length >= count ? Promise.resolve() : new Promise((done) => this.waiting.push({ count, done }));
  }

  values(topic?: string): string[] {
    return this.messages.filter((each) => topic === undefined || each.topic === topic).map(({ message }) => String(message.value));
  }
}

/** What a relay does on every database. */
export function describeOutbox(database: () => Database): void {
  describe('the outbox', () => {
    const relays: OutboxRelay[] = [];
    const start = (received: Received, options: Partial<OutboxRelayOptions> = {}): OutboxRelay => {
      const relay = new OutboxRelay({ database: database(), publish: received.publish, pollInterval: 200, ...options });
      relays.push(relay);
      relay.start();
      return relay;
    };
    const send = (topic: string, key: string, values: readonly string[]): Promise<void> =>
      database().transaction((tx) =>
        enqueue(
          tx,
          values.map((value) => ({ topic, key, value })),
        ),
      );
    afterEach(async () => {
      await Promise.all(relays.splice(0).map((relay) => relay.stop()));
      await database().query((orm) => orm.execute('delete from attune_outbox'));
    });

    it('publishes what was committed, byte for byte, and nothing that was rolled back', async () => {
      const received = new Received();
      const published = jest.fn();
      const relay = start(received, { onPublished: published });
      const headers = { traceparent: '00-1', 'content-type': 'application/json', 1: 'one' };
      await expect(
        database().transaction(async (tx) => {
          await enqueue(tx, [{ topic: 'a', key: 'k', value: 'never' }]);
          throw new Error('crash');
        }),
      ).rejects.toThrow('crash');
      await database().transaction((tx) =>
        enqueue(tx, [
          { topic: 'a', key: 'k"{},\\', value: '{"é": "\\u0000 €😀"}', headers },
          { topic: 'a', key: 'k', value: Buffer.from([0, 255, 10]) },
          { topic: 'a', key: 'k', value: null },
          { topic: 'a', key: '', value: 'with \0 in it' },
          { topic: 'a', key: 'k', value: '' },
        ]),
      );
      await relay.flush();
      expect(received.messages.map(({ message }) => message)).toEqual([
        { key: 'k"{},\\', value: Buffer.from('{"é": "\\u0000 €😀"}'), headers },
        { key: 'k', value: Buffer.from([0, 255, 10]), headers: {} },
        { key: 'k', value: null, headers: {} },
        { key: '', value: Buffer.from('with \0 in it'), headers: {} },
        { key: 'k', value: Buffer.alloc(0), headers: {} },
      ]);
      expect(published).toHaveBeenCalledWith('a', 5, expect.any(Number));
      expect(await relay.backlog()).toEqual({ count: 0, oldestAge: 0 });
    });

    it('publishes what a statement writes along with something else, for each row of that', async () => {
      const received = new Received();
      start(received);
      const { insert, notify } = enqueueWithin('written', { topic: "'a'", key: 'text', value: '$2', headers: '$3' });
      const write = statement(`with written as (insert into notes (text) select $1::text where $1::text <> '' returning text),
        queued as (${insert}) select ${notify} from written`);
      const value = '{"é": "\\u0000 €😀"}';
      for (const text of ['', 'k']) await database().run(write, [text, value, '{"1": "one"}']);
      await received.until(1);
      expect(received.messages).toEqual([{ topic: 'a', message: { key: 'k', value: Buffer.from(value), headers: { 1: 'one' } } }]);
    });

    it('keeps the order through many batches', async () => {
      const received = new Received();
      const values = Array.from({ length: 230 }, (_, index) => `${index}`);
      for (let from = 0; from < values.length; from += 23) await send('a', 'k', values.slice(from, from + 23));
      await start(received, { batchSize: 7 }).flush();
      expect(received.values()).toEqual(values);
    });

    it('is woken by a commit, long before it would look by itself', async () => {
      const received = new Received();
      const relay = start(received, { pollInterval: 1e6 });
      await send('a', 'k', ['first']);
      await received.until(1);
      await relay.flush();
      await send('a', 'k', ['second']);
      await received.until(2);
      expect(received.values()).toEqual(['first', 'second']);
    });

    it('tries a refused topic again in its order, while other topics go on', async () => {
      const received = new Received();
      const errors: unknown[] = [];
      let refusals = 3;
      received.before = (topic) => {
        if (topic === 'refused' && refusals-- > 0) throw new Error('the broker is away');
      };
      const relay = start(received, { batchSize: 2, onError: (error) => errors.push(error) });
      await send('refused', 'k', ['1', '2', '3']);
      await send('taken', 'k', ['a', 'b', 'c']);
      await relay.flush();
      expect(received.values('refused')).toEqual(['1', '2', '3']);
      expect(received.values('taken')).toEqual(['a', 'b', 'c']);
      expect(received.messages[0].topic).toBe('taken');
      expect(errors.map(String)).toEqual(Array(3).fill('Error: the broker is away'));
    });

    it('tells how many messages stand in line, and for how long', async () => {
      const relay = new OutboxRelay({ database: database(), publish: () => Promise.resolve() });
      await send('a', 'k', ['1', '2']);
      await database().query((orm) => orm.execute("update attune_outbox set enqueued_at = now() - interval '1 minute'"));
      const { count, oldestAge } = await relay.backlog();
      expect(count).toBe(2);
      expect(oldestAge).toBeGreaterThanOrEqual(60_000);
      expect(oldestAge).toBeLessThan(120_000);
      const reason = new Error('out of time');
      await expect(relay.flush(AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('has one relay at work; another takes over when it stops', async () => {
      const [first, second] = [new Received(), new Received()];
      const one = start(first);
      await send('a', 'k', ['1']);
      await one.flush();
      const other = start(second);
      await send('a', 'k', ['2', '3']);
      await other.flush();
      expect([one.isActive, other.isActive]).toEqual([true, false]);
      await one.stop();
      await send('a', 'k', [randomUUID()]);
      await second.until(1);
      expect(other.isActive).toBe(true);
      expect(first.values()).toEqual(['1', '2', '3']);
    });
  });
}
