import type { HandoffSummary, ReplyAction, SupportConversationEvent, SupportOutcome } from '@attune/contracts';
import {
  decide,
  OUT_OF_SCOPE,
  readMessage,
  renderDecision,
  type Decision,
  type DialogueSettings,
  type Found,
  type Outcome,
  type Reading,
  type Understanding,
} from '@attune/dialogue';
import { currentTraceparent } from '@attune/service-kit';
import type { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { Retriever } from '../retrieval/retriever';
import type { ConversationRow, PendingTurn, TurnReply, TurnResult } from './conversation-repository';

const OUTCOMES = { answer: 'answered', clarify: 'clarified', handoff: 'handed-off' } as const satisfies Record<ReplyAction, SupportOutcome>;

/** Works out what to say to a message. Writes nothing: of two instances that work out the same turn, one commits. */
export class TurnEngine {
  constructor(
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly retriever: Retriever,
    private readonly directory: KnowledgeDirectory,
    private readonly settings: DialogueSettings,
  ) {}

  run(turn: PendingTurn): Promise<TurnResult> {
    return this.model.using(async (model) => {
      const { conversation, message } = turn;
      if (conversation.answeredBy === 'person') return { state: conversation.state };
      const reading = readMessage(message.text, conversation.locale ?? undefined);
      const { understanding, outcome } = await this.decide(turn, reading, model);
      return { state: outcome.state, reply: this.reply(turn, reading, understanding, outcome.decision, model.version) };
    });
  }

  private async decide(
    { conversation: { state, locale }, message }: PendingTurn,
    reading: Reading,
    model: UsedModel,
  ): Promise<{ understanding: Understanding; outcome: Outcome }> {
    const question = reading.question === '' ? message.text : reading.question;
    const contextual = reading.follows === undefined || state.answered === undefined ? undefined : `${state.answered.question} ${question}`;
    const texts = contextual === undefined ? [question] : [question, contextual];
    const said = await model.understand(texts);
    const encoder = this.encoders.get(model);
    const find = (index: number): Promise<Found> =>
      this.retriever.find(
        { text: texts[index], ...said[index], locale: locale ?? reading.language.code },
        encoder,
        message.createdAt.getTime(),
      );
    const [{ understanding }] = said;
    const found = reading.question === '' ? { candidates: [], none: 1 } : await find(0);
    const inContext = contextual === undefined ? undefined : { question: contextual, found: await find(1) };
    return { understanding, outcome: decide(state, { reading, understanding, found, inContext }, this.settings) };
  }

  private reply(
    { conversation, message }: PendingTurn,
    reading: Reading,
    understanding: Understanding,
    decision: Decision,
    modelVersion: string,
  ): TurnReply {
    const cited = decision.kind === 'answer' ? decision.entryIds.flatMap((id) => this.directory.get(id) ?? []) : [];
    const action = actionOf(decision);
    const intent = reading.question === '' ? null : understanding.intent;
    const details = {
      action,
      intent,
      confidence: Math.min(1, decision.confidence),
      citations: cited.map(({ id, question }) => ({ kind: 'entry' as const, id, title: question })),
      alternatives:
        decision.kind === 'clarify'
          ? decision.alternatives.map(({ entryId, question, probability }) => ({ entryId, question, probability }))
          : [],
    };
    const text = renderDecision(
      decision,
      reading.language,
      cited.map(({ answer }) => answer),
    );
    const outcome = OUTCOMES[action];
    return {
      text,
      details,
      handoff:
        decision.kind === 'handoff'
          ? { reason: decision.reason, summary: summaryOf(conversation, message.text, reading, intent) }
          : undefined,
      event: ({ messageId, handoffId }): SupportConversationEvent => ({
        specversion: '1.0',
        id: `${message.id}.${outcome}`,
        source: '/customer-service',
        type: 'attune.support.conversation',
        subject: conversation.id,
        time: new Date().toISOString(),
        datacontenttype: 'application/json',
        ...traced(),
        data: {
          conversationId: conversation.id,
          outcome,
          at: new Date().toISOString(),
          messageId,
          confidence: details.confidence,
          citations: cited.map(({ id }) => id),
          modelVersion,
          ...(intent === null ? {} : { intent }),
          ...(decision.kind === 'handoff' ? { reason: decision.reason, ...(handoffId === undefined ? {} : { handoffId }) } : {}),
        },
      }),
    };
  }
}

function actionOf(decision: Decision): ReplyAction {
  if (decision.kind !== 'say') return decision.kind;
  return decision.phrase === 'rephrase' || decision.phrase === 'neither' || decision.phrase === 'empty' ? 'clarify' : 'answer';
}

function summaryOf(
  { state, lastSequence }: ConversationRow,
  question: string,
  { language }: Reading,
  intent: string | null,
): HandoffSummary {
  return {
    question,
    locale: language.code,
    values: {},
    answered: state.answered?.entryIds ?? [],
    turns: lastSequence,
    ...(intent === null || intent === OUT_OF_SCOPE ? {} : { intent }),
  };
}

function traced(): { traceparent?: string } {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { traceparent };
}
