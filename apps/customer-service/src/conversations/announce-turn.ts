import { TOPICS, type SupportConversation, type SupportConversationEvent } from '@attune/contracts';
import { cloudEventMessage } from '@attune/event-stream';
import { currentTraceparent } from '@attune/service-kit';
import { enqueue, type Transaction } from '@attune/storage';
import { sql } from 'drizzle-orm';

/** Notified, at the commit, of conversations in which something was said or changed. */
export const CONVERSATIONS_CHANNEL = 'attune_conversations';

/**
 * Announces, with the transaction, what happened in a conversation: an event on `support.conversations`, and a notice to
 * whoever follows the conversation.
 *
 * @param id of the event, the same whenever this is announced
 */
export async function announceTurn(tx: Transaction, data: Omit<SupportConversation, 'at'>, id: string): Promise<void> {
  await enqueue(tx, [{ topic: TOPICS.supportConversations.name, ...messageOf(data, id) }]);
  await tx.execute(sql`select pg_notify(${CONVERSATIONS_CHANNEL}, ${data.conversationId})`);
}

/** The message that announces what happened in a conversation, on `support.conversations`. */
export function turnMessage(data: Omit<SupportConversation, 'at'>, id: string): { readonly value: string; readonly headers: string } {
  const { value, headers } = messageOf(data, id);
  return { value: String(value), headers: JSON.stringify(headers ?? {}) };
}

function messageOf(data: Omit<SupportConversation, 'at'>, id: string): ReturnType<typeof cloudEventMessage> {
  const now = new Date().toISOString();
  const traceparent = currentTraceparent();
  const event: SupportConversationEvent = {
    specversion: '1.0',
    id,
    source: '/customer-service',
    type: 'attune.support.conversation',
    subject: data.conversationId,
    time: now,
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : { traceparent }),
    data: { ...data, at: now },
  };
  return cloudEventMessage(TOPICS.supportConversations, data.conversationId, event);
}
