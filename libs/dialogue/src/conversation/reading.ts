import type { Language } from '../language/language';
import { languageOf } from '../language/languages';
import { hasWords, normalForm } from '../text/terms';

/** A choice among what a clarifying question offered. */
export type Choice = { readonly kind: 'place'; readonly place: number } | { readonly kind: 'both' | 'neither' | 'yes' };

/** What a message says about the conversation, before anybody asks what it is about. */
export interface Reading {
  readonly language: Language;
  /** What it says when greetings and thanks at its beginning are left out; empty where nothing else is said. */
  readonly question: string;
  readonly normalForm: string;
  /** Of the question; two characters of a script without spaces count as one. */
  readonly words: number;
  readonly act: 'greeting' | 'thanks' | 'goodbye' | undefined;
  readonly wantsPerson: boolean;
  readonly choice: Choice | undefined;
  /** It goes on with the turn before ("and for Germany?"), or points to it ("how long does that take?"). */
  readonly follows: 'continues' | 'refers' | undefined;
}

/** A message that points back is short: a long one says by itself what it is about. */
const MOST_WORDS_OF_REFERENCE = 9;
/** Longer texts hold no request for a person that is meant as one, but stories in which persons occur. */
const MOST_CHARACTERS_OF_REQUEST = 300;

/** Reads a message. Time is linear in its length but for what the patterns of its language look at, which is its beginning. */
export function readMessage(text: string, locale: string | undefined): Reading {
  const language = languageOf(text, locale);
  const { act, question } = withoutSocialActs(text.trim(), language);
  const asked = hasWords(question) ? question : '';
  return {
    language,
    question: asked,
    normalForm: normalForm(text),
    words: wordsOf(asked),
    act,
    wantsPerson: asked.length <= MOST_CHARACTERS_OF_REQUEST && language.person.test(asked),
    choice: choiceOf(asked, language),
    follows: followsOf(asked, language),
  };
}

function withoutSocialActs(text: string, language: Language): { act: Reading['act']; question: string } {
  let rest = text;
  let act: Reading['act'];
  // "Hi, thanks for that" says two of them.
  for (let round = 0; round < 2; round++) {
    for (const kind of ['greeting', 'thanks', 'goodbye'] as const) {
      const [said] = language[kind].exec(rest) ?? [];
      if (said === undefined || said.trim() === '') continue;
      act = kind;
      rest = rest.slice(said.length);
    }
  }
  return { act, question: rest.trim() };
}

function choiceOf(text: string, language: Language): Choice | undefined {
  if (text === '' || text.length > 80) return undefined;
  if (language.both.test(text)) return { kind: 'both' };
  const ordinal = language.ordinals.find(({ pattern }) => pattern.test(text));
  if (ordinal !== undefined) return { kind: 'place', place: ordinal.place };
  if (language.neither.test(text)) return { kind: 'neither' };
  return language.yes.test(text) ? { kind: 'yes' } : undefined;
}

function followsOf(text: string, language: Language): Reading['follows'] {
  if (text === '' || wordsOf(text) > MOST_WORDS_OF_REFERENCE) return undefined;
  if (language.continues.test(text)) return 'continues';
  return language.refers.test(text) ? 'refers' : undefined;
}

function wordsOf(text: string): number {
  const unspaced = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const spaced = text.replace(/\p{Script=Han}/gu, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return spaced + Math.ceil(unspaced / 2);
}
