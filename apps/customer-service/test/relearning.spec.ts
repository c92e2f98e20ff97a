import type { ImportProgress, RankingStatus } from '@attune/contracts';
import { CONCEPTS, until } from '@attune/testing';
import { describeOnBothDatabases, START_TIMEOUT } from './on-both-databases';

const WORDS = Object.values(CONCEPTS)
  .map((words) => words.split(' ').filter((word) => /^[a-z]{4,}$/.test(word)))
  .filter((words) => words.length >= 3);

/** Entries for pairs of concepts that stand some places apart, each asked for in four ways. */
function entriesOf(distance: number): string {
  return WORDS.map((own, place) => {
    const other = WORDS[(place + distance) % WORDS.length];
    const phrasings = [`${own[1]} ${other[1]}`, `${own[2]} ${other[2]}`, `${own[0]} ${other[2]}`];
    return JSON.stringify({ id: `entry-${distance}-${place}`, question: `${own[0]} ${other[0]}`, phrasings, answer: `Answer ${place}.` });
  }).join('\n');
}

describeOnBothDatabases('the ranking, without anybody who asks for it', 'relearning', ({ ask, send }) => {
  const status = async (): Promise<RankingStatus> => (await ask<RankingStatus>('GET', '/v1/knowledge/ranking')).body;
  const write = async (distance: number): Promise<void> => {
    const progress = await send<ImportProgress>('/v1/knowledge/import', 'application/x-ndjson', entriesOf(distance));
    expect(progress.at(-1)).toMatchObject({ accepted: WORDS.length, done: true });
  };

  it(
    'is learnt once there is knowledge to learn from, and again when that has grown by much',
    async () => {
      expect((await status()).learntAt).toBeUndefined();
      await write(1);
      await until(async () => (await status()).learntAt !== undefined);
      const first = await status();
      expect(first.report?.learnt.questions).toBeGreaterThan(50);
      await write(5);
      await until(async () => (await status()).learntAt !== first.learntAt);
      const second = await status();
      expect(second.report?.learnt.questions).toBeGreaterThan(first.report?.learnt.questions ?? Infinity);
    },
    START_TIMEOUT,
  );
});
