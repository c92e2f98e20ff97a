import type { EntityTarget, TopicTarget } from '@attune/contracts';
import type { MatchableWatch } from './watch-match';
import { frequencyOfWord } from './ordinary-words';
import { tokenize, type Token } from './tokens';

/** One way in which a watch is named, as the index keeps it. */
export interface WatchForm {
  readonly watch: MatchableWatch;
  readonly role: 'name' | 'joined-name' | 'ticker' | 'exclude' | 'keyword';
  /**
   * When it counts only with evidence, since it may be an ordinary word: always, in small letters (rarer words, and phrases of common
   * ones, such as "best buy"), or never.
   */
  readonly ambiguous: 'always' | 'in-lower-case' | 'never';
  /** All capitals and so short that other letters mean something else, as in "GE". */
  readonly upperOnly: boolean;
}

export interface IndexedForm {
  readonly keys: readonly string[];
  readonly form: WatchForm;
}

const SHORT_NAME = 3;

/** All ways in which a watch is named. */
export function formsOfWatch(watch: MatchableWatch): IndexedForm[] {
  const forms = watch.target.kind === 'entity' ? formsOfEntity(watch, watch.target) : formsOfTopic(watch, watch.target);
  const seen = new Set<string>();
  return forms.filter(({ keys, form }) => {
    const identity = `${form.role} ${keys.join(' ')}`;
    if (keys.length === 0 || seen.has(identity)) return false;
    seen.add(identity);
    return true;
  });
}

function formsOfTopic(watch: MatchableWatch, { keywords }: TopicTarget): IndexedForm[] {
  const form: WatchForm = { watch, role: 'keyword', ambiguous: 'never', upperOnly: false };
  return keywords.map((keyword) => ({ keys: keysOf(tokenize(keyword)), form }));
}

function formsOfEntity(watch: MatchableWatch, { names, aliases, tickers, excludes }: EntityTarget): IndexedForm[] {
  const plain = (role: WatchForm['role']): WatchForm => ({ watch, role, ambiguous: 'never', upperOnly: false });
  return [
    ...[...names, ...aliases].flatMap((name) => formsOfName(watch, name)),
    ...tickers.flatMap((ticker) => formsOfTicker(ticker).map((keys) => ({ keys, form: plain('ticker') }))),
    ...excludes.map((phrase) => ({ keys: keysOf(tokenize(phrase)), form: plain('exclude') })),
  ];
}

/** "BRK.B" is also written "BRK-B" and "BRKB". */
function formsOfTicker(ticker: string): string[][] {
  const keys = keysOf(tokenize(ticker.replace('.', '-')));
  return keys.length > 1 && /^[a-z]+$/i.test(keys[0]) ? [keys, [keys.join('')]] : [keys];
}

function formsOfName(watch: MatchableWatch, name: string): IndexedForm[] {
  const tokens = tokenize(name);
  const keys = keysOf(tokens);
  const first = tokens.at(0);
  if (first === undefined) return [];
  const isWord = tokens.length === 1 && !first.unspaced;
  const isCapitals =
    isWord && first.letterCase !== 'lower' && first.key.length <= SHORT_NAME && /\p{Lu}/u.test(name) && name === name.toUpperCase();
  const form: WatchForm = { watch, role: 'name', ambiguous: ambiguityOf(tokens), upperOnly: isCapitals };
  const forms: IndexedForm[] = [{ keys, form }];
  if (keys.length === 1) return forms;
  // "Wal-Mart" is also written "Walmart", "McDonald's" "McDonalds"; other names are written in one word only as hashtags and accounts.
  const isOneWord = /^[\p{L}\p{M}\p{N}]+(?:[-'’‐‑][\p{L}\p{M}\p{N}]+)+$/u.test(name);
  forms.push({ keys: [keys.join('')], form: { watch, role: isOneWord ? 'name' : 'joined-name', ambiguous: 'never', upperOnly: false } });
  return forms;
}

function ambiguityOf(tokens: readonly Token[]): WatchForm['ambiguous'] {
  if (tokens.some(({ unspaced }) => unspaced)) return 'never';
  const frequencies = tokens.map(({ key }) => frequencyOfWord(key));
  if (tokens.length > 1) return frequencies.every((frequency) => frequency === 'common') ? 'in-lower-case' : 'never';
  return frequencies[0] === 'common' ? 'always' : frequencies[0] === 'rare' ? 'in-lower-case' : 'never';
}

function keysOf(tokens: readonly Token[]): string[] {
  return tokens.map(({ key }) => key);
}
