import type { Alternative, HandoffReason } from '@attune/contracts';
import { chooseOffered } from './choose-offered';
import type { Reading } from './reading';
import type { DialogueSettings } from './settings';
import type { ConversationState } from './state';

/** What was found for a question: entries with the probability that they answer it, best first. */
export interface Found {
  readonly candidates: readonly Alternative[];
  /** Probability that nothing known answers it. */
  readonly none: number;
}

/** What the head says of a message. */
export interface Understanding {
  readonly intent: string;
  readonly probability: number;
  /** Of every label. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** Probability that the message is about nothing the service is for. */
  readonly outOfScope: number;
  /** Probability that its writer is angry; undefined where the head has no say in it. */
  readonly anger: number | undefined;
}

/** A message of a customer with everything that was found out about it. */
export interface Turn {
  readonly reading: Reading;
  readonly understanding: Understanding;
  /** For the message by itself. */
  readonly found: Found;
  /** For the message together with the question before; undefined where it does not point back. */
  readonly inContext: { readonly question: string; readonly found: Found } | undefined;
}

/** What the service does. */
export type Decision =
  | { readonly kind: 'answer'; readonly entryIds: readonly string[]; readonly confidence: number; readonly isRepeat: boolean }
  | { readonly kind: 'clarify'; readonly alternatives: readonly Alternative[]; readonly confidence: number }
  | {
      readonly kind: 'say';
      readonly phrase: 'greeting' | 'thanks' | 'goodbye' | 'empty' | 'rephrase' | 'neither';
      readonly confidence: number;
    }
  | { readonly kind: 'handoff'; readonly reason: HandoffReason; readonly confidence: number };

export interface Outcome {
  readonly decision: Decision;
  readonly state: ConversationState;
}

/** Messages whose anger is remembered. */
const ANGER_WINDOW = 3;
/** Probability of one of the labels that ask for a person. */
const SURE_INTENT = 0.8;
/** How often the same question is answered before a person takes over. */
const MOST_REPEATS = 2;
/** Candidates below this share of the best one are none that the customer may have meant. */
const CLOSE = 0.25;

/** Decides what to do in a turn. Pure: the same state and turn give the same decision. */
export function decide(state: ConversationState, turn: Turn, settings: DialogueSettings): Outcome {
  const { reading, understanding } = turn;
  const anger = [...state.anger, understanding.anger ?? 0].slice(-ANGER_WINDOW);
  const now = { ...state, anger };
  const requested =
    reading.wantsPerson || (settings.personIntents.includes(understanding.intent) && understanding.probability >= SURE_INTENT);
  if (requested) return handOver(now, 'requested', reading.wantsPerson ? 1 : understanding.probability);
  if (anger.filter((probability) => probability >= settings.strongAnger).length >= settings.angryMessages) {
    return handOver(now, 'anger', understanding.anger ?? 0);
  }
  if (reading.question === '') return { decision: say(reading.act ?? 'empty'), state: now };
  return choiceAmongOffered(now, turn, settings) ?? answerQuestion(now, turn, settings);
}

/** The customer's reply to a clarifying question, where it is one. */
function choiceAmongOffered(state: ConversationState, turn: Turn, settings: DialogueSettings): Outcome | undefined {
  const { offered } = state;
  if (offered === undefined) return undefined;
  const { reading, found } = turn;
  const chosen = chooseOffered(reading, offered.alternatives, found, settings.thresholds.answer);
  if (chosen === undefined) return undefined;
  if (chosen === 'neither') return unsure(state, turn, settings, say('neither'));
  return answer(state, { question: offered.question, normalForm: reading.normalForm }, chosen, 1);
}

function answerQuestion(state: ConversationState, turn: Turn, settings: DialogueSettings): Outcome {
  const { reading } = turn;
  const { question, found } = selectReading(turn, settings);
  const asked = { question, normalForm: reading.normalForm };
  const [best] = found.candidates;
  if (best !== undefined && best.probability >= settings.thresholds.answer) return answer(state, asked, [best], best.probability);
  const close = found.candidates.filter(({ probability }) => probability >= best.probability * CLOSE).slice(0, settings.alternatives);
  const together = close.reduce((sum, { probability }) => sum + probability, 0);
  if (close.length > 1 && together >= settings.thresholds.clarify) {
    return unsure({ ...state, offered: { question, alternatives: close } }, turn, settings, {
      kind: 'clarify',
      alternatives: close,
      confidence: together,
    });
  }
  return unsure(state, turn, settings, { ...say('rephrase'), confidence: found.none });
}

/** A message that points back is read with the question before where that says more; one that starts like a continuation, where it says as much. */
function selectReading({ reading, found, inContext }: Turn, { thresholds }: DialogueSettings): { question: string; found: Found } {
  const alone = { question: reading.question, found };
  if (inContext === undefined) return alone;
  const best = (of: Found): number => of.candidates.at(0)?.probability ?? 0;
  if (reading.follows === 'refers' && best(found) >= thresholds.answer) return alone;
  return best(inContext.found) >= best(found) ? inContext : alone;
}

function answer(
  state: ConversationState,
  { question, normalForm }: { question: string; normalForm: string },
  chosen: readonly Alternative[],
  confidence: number,
): Outcome {
  const entryIds = chosen.map(({ entryId }) => entryId);
  const isRepeat = state.answered?.normalForm === normalForm && state.answered.entryIds.join() === entryIds.join();
  const times = isRepeat ? (state.answered?.times ?? 0) + 1 : 1;
  if (times > MOST_REPEATS) return handOver(state, 'unresolved', 1);
  const { offered: _offered, ...rest } = state;
  return {
    decision: { kind: 'answer', entryIds, confidence, isRepeat },
    state: { ...rest, unsureTurns: 0, answered: { question, normalForm, entryIds, times } },
  };
}

/** One more turn without an answer: the last of so many goes to a person. */
function unsure(state: ConversationState, { understanding }: Turn, settings: DialogueSettings, otherwise: Decision): Outcome {
  const unsureTurns = state.unsureTurns + 1;
  if (unsureTurns >= settings.unsureTurns) {
    const { outOfScope } = understanding;
    return outOfScope > 0.5 ? handOver(state, 'out-of-scope', outOfScope) : handOver(state, 'unsure', 1 - outOfScope);
  }
  const { offered, ...rest } = state;
  return {
    decision: otherwise,
    state: { ...rest, unsureTurns, ...(otherwise.kind === 'clarify' && offered !== undefined ? { offered } : {}) },
  };
}

function handOver({ answered, anger }: ConversationState, reason: HandoffReason, confidence: number): Outcome {
  return {
    decision: { kind: 'handoff', reason, confidence },
    state: { unsureTurns: 0, anger, ...(answered === undefined ? {} : { answered }) },
  };
}

function say(phrase: Extract<Decision, { kind: 'say' }>['phrase']): Extract<Decision, { kind: 'say' }> {
  return { kind: 'say', phrase, confidence: 1 };
}
