import { dateSchema, storableText, type Handoff, type HandoffDetail, type Message } from '@attune/contracts';
import { renderTemplate } from '@attune/dialogue';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import { z } from 'zod';
import type { ConversationRepository } from '../conversations/conversation-repository';
import { toMessage } from '../conversations/conversation-repository';
import type { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import type { DialogueModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { Retriever } from '../retrieval/retriever';
import type { HandoffQuery, HandoffRepository } from './handoff-repository';

const placeSchema = z.object({ createdAt: dateSchema, id: storableText() });
/** Messages that a person sees at first, and answers that are suggested. */
const MESSAGES = 100;
const SUGGESTIONS = 3;

/** What people do with conversations that were handed over. */
export class HandoffService {
  constructor(
    private readonly repository: HandoffRepository,
    private readonly conversations: ConversationRepository,
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly retriever: Retriever,
    private readonly directory: KnowledgeDirectory,
  ) {}

  async list({ cursor, ...query }: Omit<HandoffQuery, 'after'> & { cursor?: string | undefined }): Promise<Page<Handoff>> {
    const after = decodeCursor(cursor, placeSchema);
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    return pageOf(found, query.limit, ({ createdAt, id }) => ({ createdAt, id }));
  }

  /** @throws AttuneError `not-found` */
  async detail(id: string): Promise<HandoffDetail> {
    const handoff = await this.repository.get(id);
    const { lastSequence } = await this.conversations.get(handoff.conversationId);
    const messages = await this.conversations.messages(handoff.conversationId, Math.max(0, lastSequence - MESSAGES), MESSAGES);
    return { handoff, messages: messages.map(toMessage), suggestions: await this.suggestions(handoff) };
  }

  claim(id: string, agent: string): Promise<Handoff> {
    return this.repository.claim(id, agent);
  }

  reply(id: string, agent: string, text: string): Promise<Message> {
    return this.repository.reply(id, agent, text);
  }

  end(id: string, state: 'returned' | 'resolved', agent: string, note: string | undefined): Promise<Handoff> {
    return this.repository.end(id, state, agent, note);
  }

  private async suggestions({ summary }: Handoff): Promise<HandoffDetail['suggestions']> {
    return this.model.using(async (model) => {
      const [{ understanding, embedding }] = await model.understand([summary.question]);
      const query = { text: summary.question, embedding, understanding, locale: summary.locale };
      const { candidates } = await this.retriever.find(query, this.encoders.get(model), Date.now());
      return candidates.slice(0, SUGGESTIONS).flatMap(({ entryId, question, probability }) => {
        const entry = this.directory.get(entryId);
        return entry === undefined ? [] : [{ entryId, question, probability, answer: renderTemplate(entry.answer, summary.values) }];
      });
    });
  }
}
