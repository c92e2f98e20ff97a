import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { Handoff, Message } from '@attune/contracts';
import { returnedState } from '@attune/dialogue';
import { oldestFirst, type Database, type PlaceInTime, type Transaction } from '@attune/storage';
import { and, eq, sql, type SQL } from 'drizzle-orm';
import { announceTurn } from '../conversations/announce-turn';
import { toMessage } from '../conversations/conversation-repository';
import { conversations, handoffs, messages } from '../database/schema';

type HandoffRow = typeof handoffs.$inferSelect;

const order = oldestFirst(handoffs, 'createdAt');

/** Which hand-overs, those that wait longest first. */
export interface HandoffQuery {
  readonly state: Handoff['state'] | undefined;
  readonly agent: string | undefined;
  readonly after: PlaceInTime<'createdAt'> | undefined;
  readonly limit: number;
}

/** Hand-overs in the database. What changes one also changes its conversation, in one transaction. */
export class HandoffRepository {
  constructor(private readonly database: Database) {}

  async list({ state, agent, after, limit }: HandoffQuery): Promise<Handoff[]> {
    const conditions: (SQL | undefined)[] = [
      state === undefined ? undefined : eq(handoffs.state, state),
      agent === undefined ? undefined : eq(handoffs.agent, agent),
      order.after(after),
    ];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(handoffs)
        .where(and(...conditions))
        .orderBy(...order.columns)
        .limit(limit),
    );
    return rows.map(toHandoff);
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<Handoff> {
    const [row] = await this.database.query((orm) => orm.select().from(handoffs).where(eq(handoffs.id, id)));
    return toHandoff(found(row, id));
  }

  /**
   * Gives a waiting one to an agent; one that the agent has already stays as it is.
   *
   * @throws AttuneError `not-found`, `conflict` where another agent has it or it is over
   */
  async claim(id: string, agent: string): Promise<Handoff> {
    return this.change(id, async (tx, row) => {
      if (row.state === 'claimed' && row.agent === agent) return row;
      if (row.state !== 'waiting') throw taken(row);
      const [claimed] = await tx
        .update(handoffs)
        .set({ state: 'claimed', agent, claimedAt: new Date() })
        .where(eq(handoffs.id, id))
        .returning();
      await announceTurn(tx, { conversationId: row.conversationId, outcome: 'claimed', handoffId: id }, `${id}.claimed`);
      return claimed;
    });
  }

  /** Writes what an agent says to the customer. @throws AttuneError `not-found`, `conflict` where the agent does not have it */
  async reply(id: string, agent: string, text: string): Promise<Message> {
    return this.database.transaction(async (tx) => {
      const row = await this.owned(tx, id, agent);
      const now = new Date();
      const [{ lastSequence }] = await tx
        .update(conversations)
        .set({ lastSequence: sql`${conversations.lastSequence} + 1`, updatedAt: now })
        .where(eq(conversations.id, row.conversationId))
        .returning({ lastSequence: conversations.lastSequence });
      const [message] = await tx
        .insert(messages)
        .values({ conversationId: row.conversationId, sequence: lastSequence, id: randomUUID(), author: 'person', text, createdAt: now })
        .returning();
      await announceTurn(
        tx,
        { conversationId: row.conversationId, outcome: 'answered', messageId: message.id, handoffId: id },
        `${message.id}.answered`,
      );
      return toMessage(message);
    });
  }

  /**
   * Ends one: the bot answers again, and does not hand over again for the same reason.
   *
   * @throws AttuneError `not-found`, `conflict` where the agent does not have it
   */
  async end(id: string, state: 'returned' | 'resolved', agent: string, note: string | undefined): Promise<Handoff> {
    return this.database.transaction(async (tx) => {
      const { conversationId } = await this.owned(tx, id, agent);
      const now = new Date();
      const [row] = await tx
        .update(handoffs)
        .set({ state, closedAt: now, ...(note === undefined ? {} : { note }) })
        .where(eq(handoffs.id, id))
        .returning();
      const [conversation] = await tx.select().from(conversations).where(eq(conversations.id, conversationId)).for('update');
      await tx
        .update(conversations)
        .set({
          answeredBy: 'bot',
          handoffId: null,
          state: returnedState(conversation.state),
          version: conversation.version + 1,
          updatedAt: now,
        })
        .where(eq(conversations.id, conversationId));
      await announceTurn(tx, { conversationId, outcome: state, handoffId: id }, `${id}.${state}`);
      return toHandoff(row);
    });
  }

  private async change(id: string, work: (tx: Transaction, row: HandoffRow) => Promise<HandoffRow>): Promise<Handoff> {
    return this.database.transaction(async (tx) => toHandoff(await work(tx, await this.locked(tx, id))));
  }

  private async owned(tx: Transaction, id: string, agent: string): Promise<HandoffRow> {
    const row = await this.locked(tx, id);
    if (row.state === 'claimed' && row.agent === agent) return row;
    throw taken(row);
  }

  private async locked(tx: Transaction, id: string): Promise<HandoffRow> {
    const [row] = await tx.select().from(handoffs).where(eq(handoffs.id, id)).for('update');
    return found(row, id);
  }
}

function found(row: HandoffRow | undefined, id: string): HandoffRow {
  if (row !== undefined) return row;
  throw new AttuneError('not-found', `There is no hand-over ${id}.`, { remedy: 'List them with GET /v1/handoffs.' });
}

function taken({ state, agent }: HandoffRow): AttuneError {
  const why = state === 'waiting' ? 'nobody has claimed it' : state === 'claimed' ? `${agent ?? 'somebody'} has it` : `it was ${state}`;
  return new AttuneError('conflict', `This hand-over is not yours: ${why}.`, {
    remedy: 'Claim one that waits with POST /v1/handoffs/{id}/claim.',
  });
}

function toHandoff({ agent, note, createdAt, claimedAt, closedAt, ...row }: HandoffRow): Handoff {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    ...(agent === null ? {} : { agent }),
    ...(note === null ? {} : { note }),
    ...(claimedAt === null ? {} : { claimedAt: claimedAt.toISOString() }),
    ...(closedAt === null ? {} : { closedAt: closedAt.toISOString() }),
  };
}
