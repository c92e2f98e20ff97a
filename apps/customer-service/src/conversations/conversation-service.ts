import {
  dateSchema,
  storableText,
  type Conversation,
  type ConversationInput,
  type Message,
  type MessageResponse,
  type Reply,
} from '@attune/contracts';
import { decodeCursor, HttpProblem, pageOf, type Page } from '@attune/service-kit';
import { z } from 'zod';
import { toConversation, toMessage, type AcceptedMessage, type ConversationRepository, type MessageRow } from './conversation-repository';
import { KeyedQueue } from './keyed-queue';
import type { TurnEngine } from './turn-engine';

const placeSchema = z.object({ updatedAt: dateSchema, id: storableText() });
/** Turns that another instance may have committed first before a message gives up. */
const MOST_ATTEMPTS = 100;

/** Leads conversations: every message is answered once, in the order in which they came. */
export class ConversationService {
  private readonly accepting = new KeyedQueue();
  private readonly answering = new KeyedQueue();

  constructor(
    private readonly repository: ConversationRepository,
    private readonly engine: TurnEngine,
  ) {}

  async create(input: ConversationInput, idempotencyKey: string | undefined): Promise<Conversation> {
    return toConversation(await this.repository.create(input, idempotencyKey));
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<Conversation> {
    return toConversation(await this.repository.get(id));
  }

  async list(query: { cursor?: string | undefined; limit: number; customer?: string | undefined }): Promise<Page<Conversation>> {
    const after = decodeCursor(query.cursor, placeSchema);
    const rows = await this.repository.list({ after, limit: query.limit + 1, customer: query.customer });
    return pageOf(rows.map(toConversation), query.limit, ({ updatedAt, id }) => ({ updatedAt, id }));
  }

  /** @throws AttuneError `not-found` */
  async messages(id: string, after: number, limit: number): Promise<{ items: Message[] }> {
    await this.repository.get(id);
    return { items: (await this.repository.messages(id, after, limit)).map(toMessage) };
  }

  /**
   * Takes a message in and answers it.
   *
   * @throws AttuneError `not-found`, `conflict`
   */
  async say(conversationId: string, text: string, idempotencyKey: string | undefined): Promise<MessageResponse> {
    const accepted = await this.accepting.run(conversationId, () =>
      this.repository.accept(conversationId, withoutControls(text), idempotencyKey),
    );
    const { message } = accepted;
    const reply = (await this.answerPending(conversationId, accepted)) ?? (await this.repository.replyTo(message.id));
    return { message: toMessage(message), reply: reply === undefined ? null : toReply(reply) };
  }

  /**
   * Answers what waits in a conversation, up to a message that was taken in.
   *
   * @returns the reply to that message, where it was this call that gave one
   */
  answerPending(conversationId: string, upTo?: AcceptedMessage): Promise<MessageRow | undefined> {
    const last = upTo?.message.sequence ?? Infinity;
    return this.answering.run(conversationId, async () => {
      let next = upTo?.turn;
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const turn = next ?? (await this.repository.oldestPending(conversationId));
        next = undefined;
        if (turn === undefined || turn.message.sequence > last) return undefined;
        const ended = await this.repository.commit(turn, await this.engine.run(turn));
        if (ended !== undefined && turn.message.sequence === last) return ended.reply;
      }
      throw new HttpProblem('conflict', {
        detail: 'Too many messages of this conversation are in hand at once. Send it again with the same key.',
      });
    });
  }
}

/** Control characters say nothing, and PostgreSQL does not store U+0000. */
function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}

function toReply({ id, text, reply }: MessageRow): Reply | null {
  return reply === null ? null : { id, text, ...reply };
}
