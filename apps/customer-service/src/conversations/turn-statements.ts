import { TOPICS } from '@attune/contracts';
import type { ConversationState } from '@attune/dialogue';
import { enqueueWithin, statement, type Database } from '@attune/storage';
import { conversations, messages } from '../database/schema';
import { rowOfJson, type JsonRow } from '../database/json-rows';
import { CONVERSATIONS_CHANNEL } from './announce-turn';
import type { ConversationRow, MessageRow, PendingTurn, TurnReply } from './conversation-repository';

// Every statement is a way to the database and back: what is read or written together is one statement, and a transaction by itself. None
// waits for another with a lock in hand: each writes only where the conversation is still as it was read.

const READ = statement(`select to_json(c) as conversation, (
      select coalesce(json_agg(m order by m.sequence desc), '[]') from messages m
      where m.conversation_id = c.id
        and (m.sequence > c.last_sequence - 2 or m.pending_since is not null or m.idempotency_key = $2::text)
    ) as recent
  from conversations c where c.id = $1::text`);

/** A notice at the commit holds up every other commit with one: there is none where nobody follows. The row that was written says who does. */
const TELL_FOLLOWERS = `case when followed_until > now() then pg_notify('${CONVERSATIONS_CHANNEL}', id) end`;

const WRITE_MESSAGE = statement(`with moved as (
    update conversations set last_sequence = $2::integer, updated_at = $6::timestamptz
    where id = $1::text and version = $3::integer and last_sequence = $2::integer - 1
      and not exists (select from messages where conversation_id = $1::text and idempotency_key = $7::text)
    returning id, followed_until
  ), said as (
    insert into messages (conversation_id, sequence, id, author, text, created_at, idempotency_key, pending_since)
    select id, $2::integer, $4::text, 'customer', $5::text, $6::timestamptz, $7::text, $6::timestamptz from moved
  ) select ${TELL_FOLLOWERS} from moved`);

/** Counts the conversation on, and takes the message off those that wait. */
const MOVE = (changes: string): string => `with moved as (
    update conversations set state = $3::jsonb, version = version + 1, updated_at = $4::timestamptz${changes}
    where id = $1::text and version = $2::integer
    returning id, last_sequence, followed_until
  ), answered as (
    update messages set pending_since = null from moved where conversation_id = moved.id and sequence = $5::integer
  )`;

const END_IN_SILENCE = statement(`${MOVE('')} select last_sequence, ${TELL_FOLLOWERS} from moved`);

const EVENT = enqueueWithin('moved', { topic: `'${TOPICS.supportConversations.name}'`, key: 'id', value: '$16', headers: '$17' });
const END_WITH_REPLY = statement(`${MOVE(`,
      last_sequence = last_sequence + 1,
      answered_by = case when $10::text is null then answered_by else 'person' end,
      handoff_id = coalesce($10::text, handoff_id)`)}, said as (
    insert into messages (conversation_id, sequence, id, author, text, created_at, reply, in_reply_to)
    select id, last_sequence, $6::text, 'bot', $7::text, $4::timestamptz, $8::jsonb, $9::text from moved
  ), handed_over as (
    insert into handoffs (id, conversation_id, reason, state, summary, created_at)
    select $10::text, id, $11::text, 'waiting', $12::jsonb, $4::timestamptz from moved where $10::text is not null
  ), missed as (
    insert into gap_questions (message_id, conversation_id, text, locale, asked_at)
    select $9::text, id, $13::text, $14::text, $15::timestamptz from moved where $13::text is not null
    on conflict do nothing
  ), announced as (${EVENT.insert})
  select last_sequence, ${TELL_FOLLOWERS}, ${EVENT.notify} from moved`);

/** A conversation, and of its messages those that say whether another one is new: the last two, what waits, and the one of the key. Newest first. */
export interface ReadConversation {
  readonly conversation: ConversationRow;
  readonly recent: readonly MessageRow[];
}

const FOLLOW = statement(`with before as (
    select id, followed_until > now() as is_followed from conversations where id in (select jsonb_array_elements_text($1::jsonb))
    order by id for update
  ) update conversations c set followed_until = now() + $2::integer * interval '1 millisecond' from before where c.id = before.id
  returning c.id, before.is_followed`);

/** Reads a conversation; undefined where there is none. */
export async function readConversation(
  database: Database,
  id: string,
  idempotencyKey: string | undefined,
): Promise<ReadConversation | undefined> {
  const [row] = await database.run<{ conversation: JsonRow; recent: readonly JsonRow[] }>(READ, [id, idempotencyKey ?? null]);
  if (row === undefined) return undefined;
  return {
    conversation: rowOfJson(conversations, row.conversation),
    recent: row.recent.map((message) => rowOfJson(messages, message)),
  };
}

/**
 * Writes down the message of a customer, waiting for its answer, if its conversation is still as it was when it was read, and none of its
 * messages has the key of this one. Tells followers at the commit.
 *
 * @returns whether it was
 */
export async function writeMessage(
  database: Database,
  { version }: ConversationRow,
  { conversationId, sequence, id, text, createdAt, idempotencyKey }: MessageRow,
): Promise<boolean> {
  const written = await database.run(WRITE_MESSAGE, [conversationId, sequence, version, id, text, createdAt.toISOString(), idempotencyKey]);
  return written.length > 0;
}

/** How a turn changes its conversation. */
export interface TurnEnd {
  readonly state: ConversationState;
  readonly now: Date;
  /** What is said; undefined where a person answers. */
  readonly said: SaidInTurn | undefined;
}

/** A reply, and what is written along with it. */
export interface SaidInTurn extends Pick<TurnReply, 'gap'> {
  readonly reply: Pick<MessageRow, 'id' | 'text' | 'reply'>;
  /** With which a person answers from now on. */
  readonly handoff: (NonNullable<TurnReply['handoff']> & { readonly id: string }) | undefined;
  /** The event that announces it. */
  readonly message: { readonly value: string; readonly headers: string };
}

/**
 * Writes down the end of a turn, if its conversation is still as it was when it was read, and tells followers at the commit.
 *
 * @returns place of the last message of the conversation; undefined where it was not as it was
 */
export async function writeTurnEnd(
  database: Database,
  { conversation, message }: PendingTurn,
  { state, now, said }: TurnEnd,
): Promise<number | undefined> {
  const move = [conversation.id, conversation.version, JSON.stringify(state), now.toISOString(), message.sequence];
  const written =
    said === undefined
      ? database.run<{ last_sequence: number }>(END_IN_SILENCE, move)
      : database.run<{ last_sequence: number }>(END_WITH_REPLY, [
          ...move,
          said.reply.id,
          said.reply.text,
          JSON.stringify(said.reply.reply),
          message.id,
          said.handoff?.id ?? null,
          said.handoff?.reason ?? null,
          said.handoff === undefined ? null : JSON.stringify(said.handoff.summary),
          said.gap?.text ?? null,
          said.gap?.locale ?? null,
          message.createdAt.toISOString(),
          said.message.value,
          said.message.headers,
        ]);
  return (await written).at(0)?.last_sequence;
}

/**
 * Says that conversations are followed, from now on for so many milliseconds: what is said in them is told to whoever listens.
 *
 * @returns those that there are, and whether each was followed until now without a break
 */
export async function writeFollowed(database: Database, ids: readonly string[], milliseconds: number): Promise<Map<string, boolean>> {
  const rows = await database.run<{ id: string; is_followed: boolean | null }>(FOLLOW, [JSON.stringify(ids), milliseconds]);
  return new Map(rows.map(({ id, is_followed: isFollowed }) => [id, isFollowed === true]));
}
