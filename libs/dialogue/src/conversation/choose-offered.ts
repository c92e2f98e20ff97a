import type { Alternative } from '@attune/contracts';
import { termsOf } from '../text/terms';
import type { Reading } from './reading';
import type { Found } from './turn';

/**
 * What a reply to a clarifying question chooses of the alternatives: by place ("the second"), by words of one of them
 * ("the refund"), or by meaning. Undefined where it is a question of its own, or nothing that is understood.
 *
 * @param found for the reply by itself
 * @param sure probability from which on the reply is a question of its own
 */
export function chooseOffered(
  { question, choice }: Reading,
  alternatives: readonly Alternative[],
  found: Found,
  sure: number,
): readonly Alternative[] | 'neither' | undefined {
  if (choice !== undefined) return byPlace(choice, alternatives);
  const byMeaning = found.candidates.at(0);
  const offered = alternatives.filter(({ entryId }) => entryId === byMeaning?.entryId);
  if (offered.length > 0) return offered;
  if (byMeaning !== undefined && byMeaning.probability >= sure) return undefined;
  return byWords(question, alternatives);
}

function byPlace(
  choice: NonNullable<Reading['choice']>,
  alternatives: readonly Alternative[],
): readonly Alternative[] | 'neither' | undefined {
  switch (choice.kind) {
    case 'both':
      return alternatives;
    case 'neither':
      return 'neither';
    case 'yes':
      return alternatives.length === 1 ? alternatives : undefined;
    case 'place': {
      const chosen = alternatives.at(choice.place);
      return chosen === undefined ? undefined : [chosen];
    }
  }
}

/** The alternative with most words of the reply that the others do not have; undefined where two have as many. */
function byWords(reply: string, alternatives: readonly Alternative[]): readonly Alternative[] | undefined {
  const said = new Set(termsOf(reply).all);
  const own = alternatives.map(({ question }) => new Set(termsOf(question).all));
  const counts = own.map(
    (terms, index) =>
      [...terms].filter((term) => said.has(term) && own.every((other, place) => place === index || !other.has(term))).length,
  );
  const most = Math.max(...counts);
  return most > 0 && counts.filter((count) => count === most).length === 1 ? [alternatives[counts.indexOf(most)]] : undefined;
}
