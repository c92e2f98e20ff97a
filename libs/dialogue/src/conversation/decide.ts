import { closeCandidates } from '../ranking/close-candidates';
import { slotValue } from '../slots/recognise';
import { answer, answerWith, handOver, quote, say, unsure } from './answering';
import { chooseOffered } from './choose-offered';
import type { DialogueSettings } from './settings';
import type { ConversationState } from './state';
import type { Found, FoundPassage, Outcome, Turn } from './turn';

/** Messages whose anger is remembered. */
const ANGER_WINDOW = 3;
/** Probability of one of the labels that ask for a person. */
const SURE_INTENT = 0.8;
/** How much of its probability the entry keeps that was the last answer, when a message goes on with its question. */
const ANSWERED = 0.05;
/** Share of the probability by itself from which on the reading in context is the one that is meant. */
const CONTEXT = 0.8;
/** A question that was asked before is remembered by so many characters. */
const MOST_CHARACTERS = 300;
/** Words from which on a reply with a value in it may be a question of its own. */
const WORDS_OF_A_QUESTION = 4;
/** Passages that are quoted at most. */
const MOST_QUOTED = 3;

/** Decides what to do in a turn. Pure: the same state and turn give the same decision. */
export function decide(before: ConversationState, turn: Turn, settings: DialogueSettings): Outcome {
  const { reading, understanding } = turn;
  const anger = [...before.anger, understanding.anger ?? 0].slice(-ANGER_WINDOW);
  const state = { ...before, anger, recognised: recognisedSoFar(before, turn) };
  const requested =
    reading.wantsPerson || (settings.personIntents.includes(understanding.intent) && understanding.probability >= SURE_INTENT);
  if (requested) return handOver(state, 'requested', reading.wantsPerson ? 1 : understanding.probability);
  if (anger.filter((probability) => probability >= settings.strongAnger).length >= settings.angryMessages) {
    return handOver(state, 'anger', understanding.anger ?? 0);
  }
  if (reading.question === '') return { decision: say(reading.act ?? 'empty'), state };
  return valueAskedFor(state, turn, settings) ?? choiceAmongOffered(state, turn, settings) ?? answerQuestion(state, turn, settings);
}

/** Values of this message and of those before; dates, amounts and bare numbers belong to the question with which they came. */
function recognisedSoFar({ recognised, offered, awaiting }: ConversationState, turn: Turn): ConversationState['recognised'] {
  if (offered !== undefined || awaiting !== undefined) return { ...recognised, ...turn.recognised };
  const { date: _date, amount: _amount, number: _number, ...lasting } = recognised;
  return { ...lasting, ...turn.recognised };
}

/** The customer's reply to the question for a value, where it is one. */
function valueAskedFor(state: ConversationState, turn: Turn, settings: DialogueSettings): Outcome | undefined {
  const { awaiting } = state;
  if (awaiting === undefined) return undefined;
  const { slot, entryIds, confidence, values, ...asked } = awaiting;
  const [best] = turn.found.candidates;
  const isEntry = best !== undefined && best.probability >= settings.thresholds.answer && !entryIds.includes(best.entryId);
  const isSure = isEntry || quotable(turn.found.passages, settings) !== undefined;
  const value = slotValue(slot, turn.message, turn.context, true);
  if (isSure && (value === undefined || turn.reading.words >= WORDS_OF_A_QUESTION)) return undefined;
  if (value !== undefined) return answerWith(state, asked, entryIds, confidence, turn, { ...values, [slot.name]: value });
  return unsure(state, turn, settings, { kind: 'ask', slot, entryIds, confidence });
}

/** The customer's reply to a clarifying question, where it is one. */
function choiceAmongOffered(state: ConversationState, turn: Turn, settings: DialogueSettings): Outcome | undefined {
  const { offered } = state;
  if (offered === undefined) return undefined;
  const { alternatives, ...asked } = offered;
  const chosen = chooseOffered(turn.reading, alternatives, turn.found, settings.thresholds.answer);
  if (chosen === undefined) return undefined;
  if (chosen === 'neither') return unsure(state, turn, settings, say('neither'), 'unsure');
  return answer(state, asked, chosen, 1, turn);
}

function answerQuestion(state: ConversationState, turn: Turn, settings: DialogueSettings): Outcome {
  const { question, found } = selectReading(state, turn);
  const asked = { question: question.slice(0, MOST_CHARACTERS), normalForm: turn.reading.normalForm };
  const [best] = found.candidates;
  if (best !== undefined && best.probability >= settings.thresholds.answer) return answer(state, asked, [best], best.probability, turn);
  const close = closeCandidates(found.candidates, settings.alternatives);
  const together = probabilityOf(close);
  const isClose = close.length > 0 && together >= settings.thresholds.clarify;
  const quoted = quotable(found.passages, settings);
  // One entry that is likely, and not likely enough, is asked about too. Of a question for which entry is meant, and an answer of passages, the likelier one to help comes first.
  if (quoted !== undefined && !(isClose && together > quoted.confidence))
    return quote(state, asked, 'documents', quoted.passages, quoted.confidence);
  if (isClose) {
    const offered = { ...asked, alternatives: close.map(({ entryId, question, probability }) => ({ entryId, question, probability })) };
    return unsure({ ...state, offered }, turn, settings, { kind: 'clarify', alternatives: offered.alternatives, confidence: together });
  }
  const foreign = quotable(found.external, settings);
  if (foreign !== undefined) return quote(state, asked, 'external', foreign.passages, foreign.confidence);
  return unsure(state, turn, settings, say('rephrase', found.none));
}

/**
 * The passages that answer, where they do: the best one, and those that are close to it, which an answer is composed of together. However
 * good a passage is beside the others, it is not quoted unless it is likely to answer.
 */
function quotable(
  passages: readonly FoundPassage[] = [],
  { quoteThreshold }: DialogueSettings,
): { passages: readonly FoundPassage[]; confidence: number } | undefined {
  const close = closeCandidates(passages, MOST_QUOTED);
  const confidence = Math.min(1, probabilityOf(close));
  return close.length > 0 && confidence >= quoteThreshold ? { passages: close, confidence } : undefined;
}

function probabilityOf(candidates: readonly { readonly probability: number }[]): number {
  return candidates.reduce((sum, { probability }) => sum + probability, 0);
}

/**
 * A message that points back is read with the question before where that says more. What it says is then remembered as
 * the question: of a continuation ("and for Germany?") the question before, so that a further one continues the same.
 */
function selectReading({ answered }: ConversationState, { reading, found, inContext }: Turn): { question: string; found: Found } {
  const alone = { question: reading.question, found };
  if (inContext === undefined || answered === undefined) return alone;
  const together = withoutWhatWasSaid(inContext.found, answered.entryIds);
  const best = ({ candidates: [entry], passages: [passage] = [] }: Found): number =>
    Math.max(entry?.probability ?? 0, passage?.probability ?? 0);
  if (best(together) < best(found) * CONTEXT) return alone;
  return { found: together, question: reading.follows === 'continues' ? answered.question : inContext.question };
}

/** Who goes on asking has the last answer already: it counts less, though most of the words together are those it was found by. */
function withoutWhatWasSaid({ candidates, none, ...rest }: Found, entryIds: readonly string[]): Found {
  const weighted = candidates.map((candidate) => ({
    ...candidate,
    weight: candidate.probability * (entryIds.includes(candidate.entryId) ? ANSWERED : 1),
  }));
  const sum = weighted.reduce((total, { weight }) => total + weight, none);
  return {
    ...rest,
    candidates: weighted
      .map(({ weight, ...candidate }) => ({ ...candidate, probability: sum === 0 ? 0 : weight / sum }))
      .sort((a, b) => b.probability - a.probability),
    none: sum === 0 ? 1 : none / sum,
  };
}
