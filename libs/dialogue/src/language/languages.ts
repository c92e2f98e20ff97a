import { chinese } from './chinese';
import { english } from './english';
import type { Language } from './language';

/** Every language, the one that claims any text last. */
export const LANGUAGES: readonly Language[] = [chinese, english];

/** The language that a message is written in; that of the conversation where the message has no letters. */
export function languageOf(text: string, locale: string | undefined): Language {
  const named = LANGUAGES.find(({ code }) => locale?.toLowerCase().split('-')[0] === code);
  if (named !== undefined && !/\p{L}/u.test(text)) return named;
  return LANGUAGES.find(({ writes }) => writes(text)) ?? english;
}
