import type { Alternative, HandoffReason, Slot } from '@attune/contracts';
import { slotValue } from '../slots/recognise';
import type { DialogueSettings } from './settings';
import type { ConversationState } from './state';
import type { Decision, FoundPassage, Outcome, PhraseName, QuoteSource, Turn } from './turn';

/** How often the same question is answered before a person takes over. */
const MOST_REPEATS = 2;
/** Types whose values hold for the whole conversation; others belong to the question with which they came. */
const LASTING_TYPES: readonly Slot['type'][] = ['order-number', 'email', 'phone', 'choice'];

/** A question of the customer as the state remembers it. */
export interface Asked {
  readonly question: string;
  readonly normalForm: string;
}

type Values = Readonly<Record<string, string>>;

/** Answers with entries, or asks for the first value that they need and that is not known. */
export function answer(state: ConversationState, asked: Asked, chosen: readonly Alternative[], confidence: number, turn: Turn): Outcome {
  return answerWith(
    state,
    asked,
    chosen.map(({ entryId }) => entryId),
    confidence,
    turn,
    {},
  );
}

/**
 * As `answer`, with values that are known already.
 *
 * @param given values of slots by their names
 */
export function answerWith(
  state: ConversationState,
  asked: Asked,
  entryIds: readonly string[],
  confidence: number,
  turn: Turn,
  given: Values,
): Outcome {
  const slots = entryIds.flatMap((id) => turn.slotsOf(id));
  const values = valuesOf(slots, state, turn, given);
  const { offered: _offered, awaiting: _awaiting, ...rest } = state;
  const kept = { ...rest, values: { ...rest.values, ...lasting(slots, values) } };
  const missing = slots.find(({ name, required }) => required && !(name in values));
  if (missing !== undefined) {
    return {
      decision: { kind: 'ask', slot: missing, entryIds, confidence },
      state: { ...kept, awaiting: { ...asked, slot: missing, entryIds: [...entryIds], confidence, values } },
    };
  }
  const times = timesAnswered(state, asked, entryIds, []);
  if (times > MOST_REPEATS) return handOver(state, 'unresolved', 1);
  return {
    decision: { kind: 'answer', entryIds, confidence, isRepeat: times > 1, values },
    state: { ...kept, unsureTurns: 0, answered: { ...asked, entryIds: [...entryIds], times } },
  };
}

/** Answers with passages, in their own words. */
export function quote(
  state: ConversationState,
  asked: Asked,
  source: QuoteSource,
  passages: readonly FoundPassage[],
  confidence: number,
): Outcome {
  const quotedIds = passages.map(({ id }) => id);
  const times = timesAnswered(state, asked, [], quotedIds);
  if (times > MOST_REPEATS) return handOver(state, 'unresolved', 1);
  const { offered: _offered, awaiting: _awaiting, ...rest } = state;
  return {
    decision: { kind: 'quote', source, passages, confidence, isRepeat: times > 1 },
    state: { ...rest, unsureTurns: 0, answered: { ...asked, entryIds: [], quotedIds, times } },
  };
}

/** How often the same question gets the same answer in a row, this time included. */
function timesAnswered(
  { answered }: ConversationState,
  { normalForm }: Asked,
  entryIds: readonly string[],
  quotedIds: readonly string[],
): number {
  const isRepeat =
    answered?.normalForm === normalForm &&
    answered.entryIds.join() === entryIds.join() &&
    (answered.quotedIds ?? []).join() === quotedIds.join();
  return isRepeat ? answered.times + 1 : 1;
}

/**
 * One more turn without an answer: the last of so many goes to a person.
 *
 * @param otherwise what is done in the turns before
 * @param reason why it goes there; by default what the head says of the message
 */
export function unsure(
  state: ConversationState,
  { understanding: { outOfScope } }: Turn,
  settings: DialogueSettings,
  otherwise: Decision,
  reason: HandoffReason = outOfScope > 0.5 ? 'out-of-scope' : 'unsure',
): Outcome {
  const unsureTurns = state.unsureTurns + 1;
  if (unsureTurns >= settings.unsureTurns) return handOver(state, reason, reason === 'out-of-scope' ? outOfScope : 1 - outOfScope);
  const { offered, awaiting, ...rest } = state;
  return {
    decision: otherwise,
    state: {
      ...rest,
      unsureTurns,
      ...(otherwise.kind === 'clarify' && offered !== undefined ? { offered } : {}),
      ...(otherwise.kind === 'ask' && awaiting !== undefined ? { awaiting } : {}),
    },
  };
}

export function handOver(state: ConversationState, reason: HandoffReason, confidence: number): Outcome {
  const { offered: _offered, awaiting: _awaiting, ...rest } = state;
  return { decision: { kind: 'handoff', reason, confidence }, state: { ...rest, unsureTurns: 0 } };
}

export function say(phrase: PhraseName, confidence = 1): Extract<Decision, { kind: 'say' }> {
  return { kind: 'say', phrase, confidence };
}

/** What is known of slots: what was given, then what this message says, then what earlier ones said. */
function valuesOf(slots: readonly Slot[], state: ConversationState, { message, context, recognised }: Turn, given: Values): Values {
  const known = (slot: Slot): string | undefined => {
    if (slot.name in given) return given[slot.name];
    const { type } = slot;
    if (type === 'choice') return slotValue(slot, message, context, false) ?? state.values[slot.name];
    if (type === 'text') return undefined;
    const lasts = LASTING_TYPES.includes(type);
    return recognised[type] ?? (lasts ? state.values[slot.name] : undefined) ?? state.recognised[type];
  };
  return Object.fromEntries(
    slots.flatMap((slot) => {
      const value = known(slot);
      return value === undefined ? [] : [[slot.name, value]];
    }),
  );
}

function lasting(slots: readonly Slot[], values: Values): Values {
  return Object.fromEntries(
    slots.filter(({ type, name }) => LASTING_TYPES.includes(type) && name in values).map(({ name }) => [name, values[name]]),
  );
}
