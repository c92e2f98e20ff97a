import { join } from 'node:path';
import { createDatabase, dropDatabase, openDatabase, type Database } from '@attune/storage';
import { describeWithReal, realPostgres, until } from '@attune/testing';
import { sql } from 'drizzle-orm';
import { CONVERSATIONS_CHANNEL } from '../src/conversations/announce-turn';
import { ConversationRepository, type AcceptedMessage, type TurnResult } from '../src/conversations/conversation-repository';

const MIGRATIONS = join(__dirname, '../migrations');
const TOGETHER = 8;

const ANSWER: TurnResult = {
  state: { unsureTurns: 0, anger: [], values: {}, recognised: {} },
  reply: {
    text: 'Within 30 days.',
    details: { action: 'answer', intent: 'return_item', confidence: 0.9, citations: [], alternatives: [] },
    handoff: undefined,
    gap: undefined,
    event: { outcome: 'answered', confidence: 0.9, citations: [], modelVersion: 'example' },
  },
};

describeWithReal(realPostgres, 'messages of one conversation that reach several instances at once', (url) => {
  let instances: Database[];
  let repositories: ConversationRepository[];
  const count = async (table: 'messages' | 'attune_outbox' | 'gap_questions' | 'handoffs'): Promise<number> => {
    const { rows } = await instances[0].query((orm) =>
      orm.execute<{ count: number }>(sql`select count(*)::integer as count from ${sql.identifier(table)}`),
    );
    return rows[0].count;
  };
  const acceptEverywhere = (id: string, text: (place: number) => string, key: (place: number) => string | undefined) =>
    Promise.all(Array.from({ length: TOGETHER }, (_, place) => repositories[place % 2].accept(id, text(place), key(place))));
  const begin = async (): Promise<string> => (await repositories[0].create({ channel: 'web' }, undefined)).id;

  beforeAll(async () => {
    const place = await createDatabase(url(), 'accepting');
    instances = [];
    for (let number = 0; number < 2; number++) instances.push(await openDatabase({ url: place, migrations: [MIGRATIONS], vectors: true }));
    repositories = instances.map((database) => new ConversationRepository(database));
  });
  beforeEach(() => instances[0].query((orm) => orm.execute('truncate conversations, attune_outbox cascade')));
  afterAll(async () => {
    await Promise.all(instances.map((database) => database.close()));
    await dropDatabase(url(), 'accepting');
  });

  it.each([
    ['the same text, as an impatient double', () => undefined],
    ['the same text with the same key', () => 'key'],
  ])('are one where they are %s', async (_, key) => {
    const id = await begin();
    const accepted = await acceptEverywhere(id, () => 'How do I return an item?', key);
    expect(new Set(accepted.map(({ message }) => message.id)).size).toBe(1);
    expect(accepted.filter(({ turn }) => turn !== undefined)).toHaveLength(1);
    expect(await count('messages')).toBe(1);
  });

  it('each have a place of their own, and the first alone is answered at once', async () => {
    const id = await begin();
    const accepted = await acceptEverywhere(
      id,
      (place) => `question ${place}`,
      (place) => `key ${place}`,
    );
    expect(accepted.map(({ message }) => message.sequence).sort()).toEqual(accepted.map((_, place) => place + 1));
    expect(accepted.filter(({ turn }) => turn !== undefined).map(({ message }) => message.sequence)).toEqual([1]);
    const again = await repositories[1].accept(id, 'question 3', 'key 3');
    expect(again).toEqual({ message: { ...accepted[3].message, pendingSince: accepted[3].message.createdAt }, turn: undefined });
  });

  it('refuse a key that came with another text, and a conversation that is not there', async () => {
    const id = await begin();
    await repositories[0].accept(id, 'one', 'key');
    await expect(repositories[1].accept(id, 'two', 'key')).rejects.toMatchObject({ code: 'conflict' });
    await expect(repositories[1].accept('nowhere', 'two', undefined)).rejects.toMatchObject({ code: 'not-found' });
  });

  /** Says something to one instance, and has it answered there. @returns the message */
  const converse = async (place: number, id: string, text: string, key?: string): Promise<AcceptedMessage['message']> => {
    const { message, turn } = await repositories[place].accept(id, text, key);
    if (turn === undefined) throw new Error(`"${text}" was said before, or waits`);
    expect((await repositories[place].commit(turn, ANSWER))?.reply?.sequence).toBe(message.sequence + 1);
    return message;
  };

  it('go on from what each instance remembers, though another one went on meanwhile', async () => {
    const id = await begin();
    const places: number[] = [];
    for (const [place, heardBy] of [0, 0, 1, 0, 1, 1, 0].entries())
      places.push((await converse(heardBy, id, `question ${place}`, `key ${place}`)).sequence);
    expect(places).toEqual([1, 3, 5, 7, 9, 11, 13]);
    // A key of long ago is known, by whichever instance.
    for (const repository of repositories) {
      expect(await repository.accept(id, 'question 0', 'key 0')).toMatchObject({ message: { sequence: 1 }, turn: undefined });
      await expect(repository.accept(id, 'question 9', 'key 0')).rejects.toMatchObject({ code: 'conflict' });
    }
    expect(await count('messages')).toBe(14);
  });

  it('are no doubles of what is remembered where another instance heard something else since', async () => {
    const id = await begin();
    await converse(0, id, 'yes');
    await converse(1, id, 'no');
    await converse(0, id, 'yes');
    expect(await repositories[0].accept(id, 'Yes!', undefined)).toMatchObject({ message: { sequence: 5 }, turn: undefined });
    expect(await count('messages')).toBe(6);
  });

  it('find nothing of a conversation that is gone, though it is remembered', async () => {
    const id = await begin();
    await converse(0, id, 'hello there');
    await instances[1].query((orm) => orm.execute(sql`delete from conversations where id = ${id}`));
    await expect(repositories[0].accept(id, 'and now', undefined)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are told of to whoever listens where somebody follows, and of no other conversation', async () => {
    const session = await instances[1].openSession();
    const told: string[] = [];
    await session.listen(CONVERSATIONS_CHANNEL, (id) => told.push(id));
    const [followed, left, other] = [await begin(), await begin(), await begin()];
    expect(await repositories[0].follow([followed, 'nowhere'], 60_000)).toEqual(new Map([[followed, false]]));
    expect(await repositories[0].follow([followed], 60_000)).toEqual(new Map([[followed, true]]));
    expect(await repositories[0].follow([left], 0)).toEqual(new Map([[left, false]]));
    for (const id of [left, other, followed]) await converse(1, id, 'hello there');
    // Notices come in the order of the commits: those of the others would have come before.
    await until(() => Promise.resolve(told.length >= 2));
    expect(told).toEqual([followed, followed]);
    await session.close();
  });

  it('are answered once, with everything that an answer writes, or nothing of it', async () => {
    const { turn } = (await repositories[0].accept(await begin(), 'a human, please', undefined)) as Required<AcceptedMessage>;
    if (turn === undefined) throw new Error('nothing waits before it');
    const result: TurnResult = {
      ...ANSWER,
      reply: {
        ...(ANSWER.reply as NonNullable<TurnResult['reply']>),
        handoff: { reason: 'unsure', summary: { question: 'a human', locale: 'en', values: {}, answered: [], turns: 1 } },
        gap: { text: 'a human', locale: 'en' },
      },
    };
    const ended = await Promise.all(repositories.map((repository) => repository.commit(turn, result)));
    expect(ended.filter((each) => each !== undefined)).toHaveLength(1);
    for (const table of ['attune_outbox', 'gap_questions', 'handoffs'] as const) expect(await count(table)).toBe(1);
    expect(await count('messages')).toBe(2);
    const reply = ended.find((each) => each !== undefined)?.reply;
    expect(await repositories[1].replyTo(turn.message.id)).toEqual(reply);
    const conversation = await repositories[1].get(turn.conversation.id);
    expect(conversation).toMatchObject({ answeredBy: 'person', handoffId: reply?.reply?.handoff?.id, lastSequence: 2, version: 1 });
    expect(await repositories[1].oldestPending(conversation.id)).toBeUndefined();
  });
});
