import { AttuneError } from '@attune/artifact';
import type { Database } from '@attune/storage';
import { and, eq, inArray, isNotNull, lt } from 'drizzle-orm';
import { announceTurn } from '../conversations/announce-turn';
import { conversations, feedback, gapQuestions } from '../database/schema';
import type { KnowledgeService } from '../knowledge/knowledge-service';
import type { PhrasingEditor } from '../knowledge/phrasing-editor';

/** Conversations that are removed in one transaction. */
const BATCH = 100;

/** A text of an entry that came from a conversation. */
interface Derived {
  readonly entryId: string;
  readonly text: string;
}

/** Removes conversations with all that came from them: messages, hand-overs, feedback, gaps, training rows, phrasings of entries, and entries in their words. */
export class ConversationEraser {
  constructor(
    private readonly database: Database,
    private readonly phrasings: PhrasingEditor,
    private readonly knowledge: KnowledgeService,
  ) {}

  /** @throws AttuneError `not-found` */
  async erase(conversationId: string): Promise<void> {
    if ((await this.eraseAll([conversationId])) > 0) return;
    throw new AttuneError('not-found', `There is no conversation ${conversationId}.`);
  }

  /** Removes conversations in which nothing was said since a time. @returns how many */
  async eraseOlderThan(before: Date, signal?: AbortSignal): Promise<number> {
    let erased = 0;
    while (signal?.aborted !== true) {
      const rows = await this.database.query((orm) =>
        orm.select({ id: conversations.id }).from(conversations).where(lt(conversations.updatedAt, before)).limit(BATCH),
      );
      if (rows.length === 0) break;
      erased += await this.eraseAll(rows.map(({ id }) => id));
    }
    return erased;
  }

  /** What became knowledge goes first: what breaks off in between is done again, and nothing is left that nobody knows of. */
  private async eraseAll(ids: readonly string[]): Promise<number> {
    for (const { entryId, text } of await this.derivedPhrasings(ids)) await this.phrasings.remove(entryId, [text]);
    for (const { entryId, text } of await this.derivedEntries(ids)) await this.removeEntry(entryId, text);
    return this.database.transaction(async (tx) => {
      // Messages, hand-overs, feedback and gaps hang on the conversation, and go with it.
      const gone = await tx
        .delete(conversations)
        .where(inArray(conversations.id, [...ids]))
        .returning({ id: conversations.id });
      for (const { id } of gone) await announceTurn(tx, { conversationId: id, outcome: 'deleted' }, `${id}.deleted`);
      return gone.length;
    });
  }

  /** Of the entries that feedback became, those that ask in the customer's own words. */
  private async derivedEntries(ids: readonly string[]): Promise<Derived[]> {
    const { conversationId, entryId, question, usedText, use } = feedback;
    const own = and(inArray(conversationId, [...ids]), eq(use, 'entry'), eq(usedText, question));
    const rows = await this.database.query((orm) => orm.select({ entryId, text: usedText }).from(feedback).where(own));
    return known(rows);
  }

  /** Unless its question has got other words since, or it is gone already. */
  private async removeEntry(entryId: string, question: string): Promise<void> {
    try {
      if ((await this.knowledge.get(entryId)).question === question) await this.knowledge.delete(entryId);
    } catch (error) {
      if (!(error instanceof AttuneError) || error.code !== 'not-found') throw error;
    }
  }

  private async derivedPhrasings(ids: readonly string[]): Promise<Derived[]> {
    const approved = await this.database.query((orm) =>
      orm
        .select({ entryId: feedback.entryId, text: feedback.usedText })
        .from(feedback)
        .where(and(inArray(feedback.conversationId, [...ids]), eq(feedback.use, 'phrasing'))),
    );
    const asked = await this.database.query((orm) =>
      orm
        .select({ entryId: gapQuestions.entryId, text: gapQuestions.text })
        .from(gapQuestions)
        .where(and(inArray(gapQuestions.conversationId, [...ids]), isNotNull(gapQuestions.entryId))),
    );
    return known([...approved, ...asked]);
  }
}

function known(rows: readonly { entryId: string | null; text: string | null }[]): Derived[] {
  return rows.flatMap(({ entryId, text }) => (entryId === null || text === null ? [] : [{ entryId, text }]));
}
