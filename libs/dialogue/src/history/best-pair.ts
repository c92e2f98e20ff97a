import type { PastConversation } from '@attune/contracts';
import { readMessage } from '../conversation/reading';
import { maskPersonalData } from '../privacy/mask';

/** A question and what answered it best. */
export interface QuestionAnswerPair {
  readonly question: string;
  readonly answer: string;
}

/** Answers shorter than this say too little to be one: "Let me look." */
const FEWEST_WORDS = 4;
const MOST_CHARACTERS = 1_000;

/**
 * The question of a past conversation and its best answer: what the customer first asked, and of the agent's replies the one for which
 * the customer thanked, else the longest. Personal data are masked. Undefined where either is missing.
 */
export function bestPair({ messages, locale }: PastConversation): QuestionAnswerPair | undefined {
  const read = messages.map(({ author, text }) => ({ author, text, reading: readMessage(text, locale) }));
  const asked = read.findIndex(({ author, reading }) => author === 'customer' && reading.question !== '' && !reading.wantsPerson);
  if (asked < 0) return undefined;
  const answers = read.flatMap((message, place) =>
    place > asked && message.author === 'agent' && message.reading.words >= FEWEST_WORDS
      ? [{ text: message.text, thanked: isThanks(read[place + 1]) }]
      : [],
  );
  if (answers.length === 0) return undefined;
  const best =
    answers.find(({ thanked }) => thanked) ?? answers.reduce((longest, each) => (each.text.length > longest.text.length ? each : longest));
  const said = (text: string): string => maskPersonalData(text, locale).trim().slice(0, MOST_CHARACTERS);
  return { question: said(read[asked].reading.question), answer: said(best.text) };
}

function isThanks(message: { author: string; reading: { act: string | undefined } } | undefined): boolean {
  return message?.author === 'customer' && message.reading.act === 'thanks';
}
