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
  type Turn,
  type Understanding,
} from '@attune/dialogue';
import type { ActionClient } from '../actions/action-client';
import type { Quoted } from '../documents/passage-answers';
import type { ExternalHit, ExternalSearch } from '../external-search/external-search';
import type { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';
import type { EncoderRegistry, ReadyEncoder } from '../retrieval/encoder-registry';
import type { Query } from '../retrieval/retriever';
import type { PendingTurn, TurnReply, TurnResult } from './conversation-repository';
import type { QuestionSearch } from './question-search';

const OUTCOMES = { answer: 'answered', clarify: 'clarified', handoff: 'handed-off' } as const satisfies Record<ReplyAction, SupportOutcome>;

/** A message with what it says and what was found for it, by one version of the head. */
interface ExaminedTurn {
  readonly manifestSha256: string;
  readonly encoder: ReadyEncoder;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The message by itself, and where it points back together with the question before. */
  readonly queries: readonly Query[];
  readonly locale: string;
  readonly turn: Turn;
}

/** A turn that is decided. */
interface DecidedTurn extends Outcome {
  readonly reading: Reading;
  readonly understanding: Understanding;
  readonly modelVersion: string;
  /** What was looked for: the question, with the one before where it points back to that. */
  readonly question: string;
  readonly locale: string;
  /** Where passages answer. */
  readonly quoted: Quoted | undefined;
}

/** Works out what to say to a message. Writes nothing: of two instances that work out the same turn, one commits. */
export class TurnEngine {
  constructor(
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly search: QuestionSearch,
    private readonly external: ExternalSearch,
    private readonly directory: KnowledgeDirectory,
    private readonly actions: ActionClient,
    private readonly settings: Omit<DialogueSettings, 'thresholds' | 'quoteThreshold'>,
  ) {}

  async run(turn: PendingTurn): Promise<TurnResult> {
    if (turn.conversation.answeredBy === 'person') return { state: turn.conversation.state };
    const { examined, decided } = await this.model.using(async (model) => {
      const examined = await this.examine(turn, model);
      return { examined, decided: await this.decide(turn, examined, model, []) };
    });
    if (!this.external.isConfigured || !isUnanswered(decided)) return this.resultOf(turn, decided);
    // Others' systems are asked when the model is free again: they may take their time.
    const hits = await this.external.search(decided.question, decided.locale);
    return this.resultOf(turn, hits.length === 0 ? decided : await this.decideWithHits(turn, examined, hits));
  }

  /** Decides once more, by what the external search found beside what was found already: unless another version serves by now. */
  private decideWithHits(turn: PendingTurn, known: ExaminedTurn, hits: readonly ExternalHit[]): Promise<DecidedTurn> {
    return this.model.using(async (model) => {
      const examined = known.manifestSha256 === model.manifestSha256 ? known : await this.examine(turn, model);
      const { queries, at, turn: before } = examined;
      const search = { model, encoder: examined.encoder, at };
      const [found, together] = await Promise.all([
        this.search.withHits(before.found, queries[0], hits, search),
        before.inContext === undefined ? undefined : this.search.withHits(before.inContext.found, queries[1], hits, search),
      ]);
      const inContext = before.inContext === undefined || together === undefined ? undefined : { ...before.inContext, found: together };
      return this.decide(turn, { ...examined, turn: { ...before, found, inContext } }, model, hits);
    });
  }

  /** Finds out what a message says, and what answers it here. */
  private async examine({ conversation: { state, locale }, message }: PendingTurn, model: UsedModel): Promise<ExaminedTurn> {
    const reading = readMessage(message.text, locale ?? undefined);
    const question = reading.question === '' ? message.text : reading.question;
    const contextual = reading.follows === undefined || state.answered === undefined ? undefined : `${state.answered.question} ${question}`;
    const texts = contextual === undefined ? [question] : [question, contextual];
    const said = await model.understand(texts);
    const encoder = this.encoders.get(model);
    const at = message.createdAt.getTime();
    const language = locale ?? reading.language.code;
    const queries = texts.map((text, index) => ({ text, ...said[index], locale: language }));
    const find = (index: number): Promise<Found> => this.search.find(queries[index], { model, encoder, at });
    const context = { language: reading.language, locale: locale ?? undefined, at };
    const [found, together] = await Promise.all([
      reading.question === '' ? { candidates: [], none: 1 } : find(0),
      contextual === undefined ? undefined : find(1),
    ]);
    return {
      manifestSha256: model.manifestSha256,
      encoder,
      at,
      queries,
      locale: language,
      turn: {
        message: message.text,
        reading,
        understanding: said[0].understanding,
        found,
        inContext: contextual === undefined || together === undefined ? undefined : { question: contextual, found: together },
        recognised: recogniseValues(message.text, context),
        context,
        slotsOf: (entryId) => this.directory.get(entryId)?.slots ?? [],
      },
    };
  }

  /** @param hits of the external search, where it was asked: what the turn knows of them is that they may answer */
  private async decide(
    { conversation: { state } }: PendingTurn,
    { encoder, at, queries, locale, turn }: ExaminedTurn,
    model: UsedModel,
    hits: readonly ExternalHit[],
  ): Promise<DecidedTurn> {
    const outcome = decide(state, turn, {
      ...this.settings,
      thresholds: encoder.ranking.thresholds,
      quoteThreshold: encoder.passages.ranking.thresholds.answer,
    });
    const { decision } = outcome;
    const asked = queries[queries.length - 1];
    const quoted = decision.kind === 'quote' ? await this.search.quote(asked, decision, hits, { model, encoder, at }) : undefined;
    const { reading, understanding } = turn;
    return { ...outcome, reading, understanding, modelVersion: model.version, question: asked.text, locale, quoted };
  }

  private async resultOf(turn: PendingTurn, decided: DecidedTurn): Promise<TurnResult> {
    return { state: decided.state, reply: await this.reply(turn, decided) };
  }

  private async reply(turn: PendingTurn, decided: DecidedTurn): Promise<TurnReply> {
    const { decision, state, reading, understanding, modelVersion } = decided;
    const { texts: answers, citations } = await this.answerOf(turn, decided);
    const action = actionOf(decision);
    const intent = reading.question === '' ? null : understanding.intent;
    const confidence = Math.max(0, Math.min(1, decision.confidence));
    return {
      text: renderDecision(decision, reading.language, answers),
      details: {
        action,
        intent,
        confidence,
        citations: [...citations],
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
        citations: [...new Set(citations.map(({ id }) => id))],
        modelVersion,
        ...(intent === null ? {} : { intent }),
        ...(decision.kind === 'handoff' ? { reason: decision.reason } : {}),
      },
    };
  }

  /** The texts of the entries that answer, or what is quoted of passages. */
  private async answerOf(turn: PendingTurn, { decision, quoted }: DecidedTurn): Promise<Quoted> {
    if (quoted !== undefined) return quoted;
    if (decision.kind !== 'answer') return { texts: [], citations: [] };
    const cited = decision.entryIds.flatMap((id) => this.directory.get(id) ?? []);
    return {
      texts: await Promise.all(cited.map((entry) => this.fill(entry, decision.values, turn))),
      citations: cited.map(({ id, question }) => ({ kind: 'entry', id, title: question })),
    };
  }

  /** The text of an entry with the values of its slots, and those that its action gives, where it gives any. */
  private async fill(entry: Entry, values: Readonly<Record<string, string>>, { message }: PendingTurn): Promise<string> {
    const fetched = entry.action === undefined ? {} : await this.actions.fetch(entry.action, values, `${message.id}.${entry.id}`);
    return renderTemplate(entry.answer, { ...values, ...fetched });
  }
}

/** Whether the external search may know what neither an entry nor a document does: of what the service is not for, nobody is asked. */
function isUnanswered({ decision, reading, understanding }: DecidedTurn): boolean {
  if (reading.question === '' || understanding.outOfScope > 0.5) return false;
  if (decision.kind === 'say') return decision.phrase === 'rephrase';
  return decision.kind === 'handoff' && decision.reason === 'unsure';
}

function actionOf(decision: Decision): ReplyAction {
  switch (decision.kind) {
    case 'quote':
      return 'answer';
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
