import type { ConversationState } from '@attune/dialogue';
import type { Transaction } from '@attune/storage';
import { sql } from 'drizzle-orm';
import { CONVERSATIONS_CHANNEL } from './announce-turn';
import type { MessageRow, PendingTurn } from './conversation-repository';

// Every statement is a way to the database and back, and a turn holds locks meanwhile: what is written together is one statement.

/** Writes down the message of a customer, waiting for its answer, and tells the followers of its conversation at the commit. */
export async function writeMessage(
  tx: Transaction,
  { conversationId, sequence, id, text, createdAt, idempotencyKey }: MessageRow,
): Promise<void> {
  const now = createdAt.toISOString();
  await tx.execute(sql`with moved as (
      update conversations set last_sequence = ${sequence}, updated_at = ${now}::timestamptz where id = ${conversationId}
    ), said as (
      insert into messages (conversation_id, sequence, id, author, text, created_at, idempotency_key, pending_since)
      values (${conversationId}, ${sequence}, ${id}, 'customer', ${text}, ${now}::timestamptz, ${idempotencyKey}, ${now}::timestamptz)
    ) select pg_notify(${CONVERSATIONS_CHANNEL}, ${conversationId})`);
}

/** How a turn changes its conversation. */
export interface TurnEnd {
  readonly state: ConversationState;
  /** The hand-over with which a person answers from now on. */
  readonly handoffId: string | undefined;
  readonly now: Date;
  /** What is said; undefined where a person answers. */
  readonly reply: Pick<MessageRow, 'id' | 'text' | 'reply'> | undefined;
}

/**
 * Writes down the end of a turn, if its conversation is still as it was when it was read, and tells followers at the commit.
 *
 * @returns place of the last message of the conversation; undefined where it was not as it was
 */
export async function writeTurnEnd(
  tx: Transaction,
  { conversation, message }: PendingTurn,
  { state, handoffId, now, reply }: TurnEnd,
): Promise<number | undefined> {
  const at = now.toISOString();
  const said =
    reply === undefined
      ? sql``
      : sql`, said as (
          insert into messages (conversation_id, sequence, id, author, text, created_at, reply, in_reply_to)
          select ${conversation.id}, last_sequence, ${reply.id}, 'bot', ${reply.text}, ${at}::timestamptz,
            ${JSON.stringify(reply.reply)}::jsonb, ${message.id}
          from moved
        )`;
  const { rows } = await tx.execute<{ last_sequence: number }>(sql`with moved as (
      update conversations set
        state = ${JSON.stringify(state)}::jsonb,
        version = version + 1,
        updated_at = ${at}::timestamptz,
        last_sequence = last_sequence + ${reply === undefined ? 0 : 1},
        answered_by = case when ${handoffId ?? null}::text is null then answered_by else 'person' end,
        handoff_id = coalesce(${handoffId ?? null}::text, handoff_id)
      where id = ${conversation.id} and version = ${conversation.version}
      returning last_sequence
    ), answered as (
      update messages set pending_since = null from moved
      where conversation_id = ${conversation.id} and sequence = ${message.sequence}
    )${said}
    select last_sequence, pg_notify(${CONVERSATIONS_CHANNEL}, ${conversation.id}) from moved`);
  return rows[0]?.last_sequence;
}
