import type { Entry, HandoffSummary, ReplyAction, SupportOutcome } from '@attune/contracts';
import {
  decide,
  maskPersonalData,
  OUT_OF_SCOPE,
  readMessage,
  recogniseValues,
  renderDecision,
  renderTemplate,
  type ConversationState,
  type Decision,
  type DialogueSettings,
  type Found,
  type Outcome,
  type Reading,
  type Understanding,
} from '@attune/dialogue';
import type { ActionClient } from '../actions/action-client';
import type { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';
import type { EncoderRegistry } from '../retrieval/encoder-registry';
import type { Retriever } from '../retrieval/retriever';
import type { PendingTurn, TurnReply, TurnResult } from './conversation-repository';

const OUTCOMES = { answer: 'answered', clarify: 'clarified', handoff: 'handed-off' } as const satisfies Record<ReplyAction, SupportOutcome>;

/** A turn that is decided. */
interface DecidedTurn extends Outcome {
  readonly reading: Reading;
  readonly understanding: Understanding;
  readonly modelVersion: string;
}

/** Works out what to say to a message. Writes nothing: of two instances that work out the same turn, one commits. */
export class TurnEngine {
  constructor(
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly retriever: Retriever,
    private readonly directory: KnowledgeDirectory,
    private readonly actions: ActionClient,
    private readonly settings: Omit<DialogueSettings, 'thresholds'>,
  ) {}

  async run(turn: PendingTurn): Promise<TurnResult> {
    const { conversation } = turn;
    if (conversation.answeredBy === 'person') return { state: conversation.state };
    // Actions are fetched when the model is free again: they may take their time.
    const decided = await this.model.using((model) => this.decide(turn, model));
    return { state: decided.state, reply: await this.reply(turn, decided) };
  }

  private async decide({ conversation: { state, locale }, message }: PendingTurn, model: UsedModel): Promise<DecidedTurn> {
    const reading = readMessage(message.text, locale ?? undefined);
    const question = reading.question === '' ? message.text : reading.question;
    const contextual = reading.follows === undefined || state.answered === undefined ? undefined : `${state.answered.question} ${question}`;
    const texts = contextual === undefined ? [question] : [question, contextual];
    const said = await model.understand(texts);
    const encoder = this.encoders.get(model);
    const at = message.createdAt.getTime();
    const find = (index: number): Promise<Found> =>
      this.retriever.find({ text: texts[index], ...said[index], locale: locale ?? reading.language.code }, encoder, at);
    const context = { language: reading.language, locale: locale ?? undefined, at };
    const [{ understanding }] = said;
    const outcome = decide(
      state,
      {
        message: message.text,
        reading,
        understanding,
        found: reading.question === '' ? { candidates: [], none: 1 } : await find(0),
        inContext: contextual === undefined ? undefined : { question: contextual, found: await find(1) },
        recognised: recogniseValues(message.text, context),
        context,
        slotsOf: (entryId) => this.directory.get(entryId)?.slots ?? [],
      },
      { ...this.settings, thresholds: encoder.ranking.thresholds },
    );
    return { ...outcome, reading, understanding, modelVersion: model.version };
  }

  private async reply(turn: PendingTurn, { decision, state, reading, understanding, modelVersion }: DecidedTurn): Promise<TurnReply> {
    const cited = decision.kind === 'answer' ? decision.entryIds.flatMap((id) => this.directory.get(id) ?? []) : [];
    const answers = decision.kind === 'answer' ? await Promise.all(cited.map((entry) => this.fill(entry, decision.values, turn))) : [];
    const action = actionOf(decision);
    const intent = reading.question === '' ? null : understanding.intent;
    const confidence = Math.max(0, Math.min(1, decision.confidence));
    return {
      text: renderDecision(decision, reading.language, answers),
      details: {
        action,
        intent,
        confidence,
        citations: cited.map(({ id, question }) => ({ kind: 'entry' as const, id, title: question })),
        alternatives: decision.kind === 'clarify' ? [...decision.alternatives] : [],
      },
      handoff: decision.kind === 'handoff' ? { reason: decision.reason, summary: summaryOf(turn, state, reading, intent) } : undefined,
      gap: isGap(decision)
        ? {
            text: maskPersonalData(reading.question, turn.conversation.locale ?? undefined),
            locale: turn.conversation.locale ?? reading.language.code,
          }
        : undefined,
      event: {
        outcome: OUTCOMES[action],
        confidence,
        citations: cited.map(({ id }) => id),
        modelVersion,
        ...(intent === null ? {} : { intent }),
        ...(decision.kind === 'handoff' ? { reason: decision.reason } : {}),
      },
    };
  }

  /** The text of an entry with the values of its slots, and those that its action gives, where it gives any. */
  private async fill(entry: Entry, values: Readonly<Record<string, string>>, { message }: PendingTurn): Promise<string> {
    const fetched = entry.action === undefined ? {} : await this.actions.fetch(entry.action, values, `${message.id}.${entry.id}`);
    return renderTemplate(entry.answer, { ...values, ...fetched });
  }
}

function actionOf(decision: Decision): ReplyAction {
  switch (decision.kind) {
    case 'ask':
      return 'clarify';
    case 'say':
      return ['rephrase', 'neither', 'empty'].includes(decision.phrase) ? 'clarify' : 'answer';
    default:
      return decision.kind;
  }
}

/** Whether the question got no good answer, though it was one. */
function isGap(decision: Decision): boolean {
  if (decision.kind === 'say') return decision.phrase === 'rephrase';
  return decision.kind === 'handoff' && ['unsure', 'out-of-scope', 'unresolved'].includes(decision.reason);
}

function summaryOf(
  { conversation, message }: PendingTurn,
  state: ConversationState,
  { language }: Reading,
  intent: string | null,
): HandoffSummary {
  return {
    question: message.text,
    locale: conversation.locale ?? language.code,
    values: { ...state.recognised, ...state.values },
    answered: state.answered?.entryIds ?? [],
    turns: conversation.lastSequence,
    ...(intent === null || intent === OUT_OF_SCOPE ? {} : { intent }),
  };
}
