import { AttuneError } from '@attune/artifact';
import { type WatchTarget } from '@attune/contracts';
import { RE2JS } from 're2js';
import { tokenize } from './tokens';

/** Most instructions of a compiled pattern: matching takes at most as many steps for each character. */
export const MAX_PATTERN_INSTRUCTIONS = 500;

/** Characters of a field in which patterns are looked for; with the bound above, what one pattern can cost. */
export const MAX_PATTERN_CHARACTERS = 20_000;

/** Most places of one pattern in a field. */
const MAX_PLACES = 50;

/**
 * Compiles a pattern of a watch in RE2's syntax, whose matching is linear in the text.
 *
 * @throws AttuneError `bad-data` when it is no such pattern, too large, or matches the empty text
 */
export function compilePattern(pattern: string): RE2JS {
  const refuse = (why: string, cause?: unknown): AttuneError =>
    new AttuneError('bad-data', `The pattern ${JSON.stringify(pattern)} cannot be used: ${why}.`, {
      remedy: 'Patterns are in RE2 syntax: no look-around, no back-references, repeats of at most 1000.',
      ...(cause === undefined ? {} : { cause }),
    });
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : 'it is not valid', cause);
  }
  if (compiled.programSize() > MAX_PATTERN_INSTRUCTIONS) {
    throw refuse(`it compiles to ${compiled.programSize()} instructions, and ${MAX_PATTERN_INSTRUCTIONS} is the most`);
  }
  if (compiled.test('')) throw refuse('it matches every text');
  return compiled;
}

/** Places of a pattern in a text, in UTF-16 offsets. */
export function findPattern(pattern: RE2JS, text: string): { start: number; end: number }[] {
  const searched = text.length <= MAX_PATTERN_CHARACTERS ? text : text.slice(0, MAX_PATTERN_CHARACTERS);
  if (!pattern.test(searched)) return [];
  const places: { start: number; end: number }[] = [];
  const matcher = pattern.matcher(searched);
  while (places.length < MAX_PLACES && matcher.find()) {
    if (matcher.end() > matcher.start()) places.push({ start: matcher.start(), end: matcher.end() });
  }
  return places;
}

/**
 * Checks what a schema cannot: that patterns compile, and that names and keywords hold something to look for.
 *
 * @throws AttuneError `bad-data` with the name or pattern at fault
 */
export function assertWatchTarget(target: WatchTarget): void {
  const phrases = target.kind === 'entity' ? [...target.names, ...target.aliases, ...target.excludes] : target.keywords;
  const empty = phrases.find((phrase) => tokenize(phrase).length === 0);
  if (empty !== undefined) {
    throw new AttuneError('bad-data', `${JSON.stringify(empty)} holds no word that could be found in a text.`, {
      remedy: 'Name it by letters or digits; a web address is not looked for.',
    });
  }
  if (target.kind === 'entity') target.patterns.forEach(compilePattern);
}
