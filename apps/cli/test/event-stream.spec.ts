import { tmpdir } from 'node:os';
import { describeWithReal, realKafka } from '@attune/testing';
import { runInProcess } from './run-attune';

const DOCUMENTS = 'market.documents';
const LETTERS = 'market.documents.dead-letters';

describe('attune topics and attune replay, used wrongly', () => {
  it.each([
    [['replay'], /--topic/],
    [['replay', '--topic', 'a', '--rate', '0'], /whole number/],
    [['replay', '--topic', 'a', '--filter', 'error'], /name=value/],
    [['topics', 'apply', '--brokers', 'somewhere'], /host:port/],
    [['kafka', 'start', '--port', '70000'], /whole number/],
  ])('%j is refused with what it should be', async (args, message) => {
    const run = await runInProcess(args, tmpdir());
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(message);
  });

  it('says that the brokers are away, and what to do', async () => {
    const run = await runInProcess(['topics', 'apply', '--brokers', '127.0.0.1:1'], tmpdir());
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/Kafka does not answer.*\n.*attune kafka start/);
  });
});

describeWithReal(realKafka, 'attune topics and attune replay', (brokers) => {
  const attune = (...args: string[]) => runInProcess([...args, '--brokers', brokers().join(',')], tmpdir());

  it('makes every topic of the contracts, and sends dead letters back', async () => {
    const { deadLetterTopic, TOPICS } = await import('@attune/contracts');
    const applied = await attune('topics', 'apply', '--json');
    expect(applied.status).toBe(0);
    const names = JSON.parse(applied.stdout).topics.map(({ topic }: { topic: string }) => topic);
    expect(names).toEqual(Object.values(TOPICS).flatMap(({ name }) => [name, deadLetterTopic(name)]));
    expect((await attune('topics', 'apply')).stdout).toContain(`${DOCUMENTS}: as it should be`);

    const { openKafkaStream } = await import('@attune/event-stream');
    const stream = await openKafkaStream({ brokers: brokers() });
    try {
      await stream.publish(LETTERS, [
        { key: 'a', value: 'first', headers: { 'dead-letter-error': 'Error: timeout', 'dead-letter-original-topic': DOCUMENTS } },
        { key: 'b', value: 'second', headers: { 'dead-letter-error': 'Error: other', 'dead-letter-original-topic': DOCUMENTS } },
      ]);
      const listed = await attune('replay', '--topic', LETTERS, '--dry-run', '--filter', 'error~timeout');
      expect(listed).toEqual({
        status: 0,
        stderr: '2 dead letters read, 1 would be sent back, 1 refused by a filter.\n',
        stdout: expect.stringMatching(/^\d:\d+ a → market\.documents {2}Error: timeout\n$/),
      });
      const replayed = await attune('replay', '--topic', LETTERS, '--filter', 'error~timeout', '--json');
      expect(JSON.parse(replayed.stdout)).toEqual({ dryRun: false, read: 2, replayed: 1, filtered: 1, exhausted: 0, homeless: 0 });
      const values: string[] = [];
      await stream.readToEnd(DOCUMENTS, async (messages) => void values.push(...messages.map(({ value }) => String(value))));
      expect(values).toEqual(['first']);
    } finally {
      await stream.close();
    }
  });
});
