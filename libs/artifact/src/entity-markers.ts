import { z } from 'zod';

/** How a text is marked where it names the second text of its pair. Recorded in a head's manifest, so that serving does what training did. */
export const entityMarkersSchema = z.enum(['none', 'punctuation']);

export type EntityMarkers = z.infer<typeof entityMarkersSchema>;

/** Stands before and after a mention. A punctuation mark that every vocabulary has as a token of its own, and that is rare in prose. */
const MARKER = '@';

/** Characters of a text that are searched; no tokeniser reads as far. */
const SEARCHED_CHARACTERS = 1 << 15;

/** A letter or digit of a script that puts spaces between words, at an end of a text; in other scripts a name may begin and end anywhere. */
const SPACED_LETTER = String.raw`(?=[\p{L}\p{M}\p{N}_])[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;
const STARTS_WITH_LETTER = new RegExp(`^${SPACED_LETTER}`, 'u');
const ENDS_WITH_LETTER = new RegExp(`${SPACED_LETTER}$`, 'u');
/** UTF-16 units that hold one character. */
const CHARACTER_UNITS = 2;

/**
 * Marks each place of a text that names an entity, so that the encoder need not find it: `Ardmore beat Kilbride` about Kilbride becomes
 * `Ardmore beat @ Kilbride @` (entity markers: Baldini Soares et al. 2019, "Matching the Blanks"; with punctuation in place of new tokens:
 * Zhou and Chen 2021, "An Improved Baseline for Sentence-level Relation Extraction"). Places are whole words written as the entity is;
 * where there are none, those written with other capitals. A text that does not name the entity stays as it is.
 *
 * Training and serving both call this, on texts that are normalised already and just before they are tokenised.
 */
export function markEntity(text: string, entity: string | undefined, markers: EntityMarkers): string {
  if (markers === 'none' || entity === undefined || entity.trim() === '') return text;
  const name = entity.trim();
  const head = text.slice(0, SEARCHED_CHARACTERS);
  if (name.length > head.length) return text;
  const pattern = name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  for (const flags of ['gu', 'giu']) {
    let found = false;
    const marked = head.replace(new RegExp(pattern, flags), (mention, start: number) => {
      if (!isWholeWord(head, start, start + mention.length)) return mention;
      found = true;
      return `${MARKER} ${mention} ${MARKER}`;
    });
    if (found) return marked + text.slice(head.length);
  }
  return text;
}

function isWholeWord(text: string, start: number, end: number): boolean {
  const goesOn = (left: string, right: string): boolean => ENDS_WITH_LETTER.test(left) && STARTS_WITH_LETTER.test(right);
  const around = (at: number): [string, string] => [
    text.slice(Math.max(0, at - CHARACTER_UNITS), at),
    text.slice(at, at + CHARACTER_UNITS),
  ];
  return !goesOn(...around(start)) && !goesOn(...around(end));
}
