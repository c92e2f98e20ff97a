import type { AugmentationKeys } from '../config/learning-keys';
import type { Random } from '../random';
import type { BackOffWords } from './back-off';
import type { Synonyms } from './synonyms';
import { insertWord, joinWords, removeWord, splitWords, type WordsOfText } from './words';

/** What texts are changed with. */
export interface ChangeOptions {
  keys: Pick<AugmentationKeys, 'swap' | 'delete' | 'replace' | 'insert' | 'backOff'>;
  synonyms?: Synonyms;
  backOff?: BackOffWords;
}

/** Changes words of a text, in place. */
type Change = (text: WordsOfText, share: number, free: (word: string) => boolean, options: ChangeOptions, random: Random) => void;

const CHANGES: Record<keyof ChangeOptions['keys'], Change> = {
  swap({ words }, share, free, _options, random) {
    const places = freePlaces(words, free);
    if (places.length < 2) return;
    for (let done = 0; done < atLeastOne(share, words); done++) {
      const [one, other] = random.shuffle([...places]);
      [words[one], words[other]] = [words[other], words[one]];
    }
  },
  delete(text, share, free, _options, random) {
    const places = freePlaces(text.words, free).filter(() => random.uniform() < share);
    // A text keeps a word, whichever it is.
    if (places.length === text.words.length) places.splice(random.integer(places.length), 1);
    for (const place of places.reverse()) removeWord(text, place);
  },
  replace({ words }, share, free, { synonyms }, random) {
    const places = random.shuffle(freePlaces(words, (word) => free(word) && hasSynonyms(synonyms, word)));
    for (const place of places.slice(0, atLeastOne(share, words))) words[place] = synonymOf(synonyms, words[place], random);
  },
  insert(text, share, free, { synonyms }, random) {
    const known = text.words.filter((word) => free(word) && hasSynonyms(synonyms, word));
    if (known.length === 0) return;
    for (let left = atLeastOne(share, text.words); left > 0; left--) {
      const word = synonymOf(synonyms, known[random.integer(known.length)], random);
      insertWord(text, random.integer(text.words.length + 1), word);
    }
  },
  backOff({ words }, share, free, { backOff }, random) {
    if (backOff === undefined) return;
    for (const place of freePlaces(words, free)) {
      if (random.uniform() < backOff.rate(words[place], share)) words[place] = backOff.draw(random) ?? words[place];
    }
  },
};

const WAYS = Object.keys(CHANGES) as (keyof typeof CHANGES)[];

/**
 * A changed copy of a text by one of the ways whose share of words is above 0, drawn anew for each text: swapping, deleting, replacing and
 * inserting after EDA (Wei and Zou 2019), or words in the places of others by back-off.
 *
 * @param kept text whose words stay as and where they are
 */
export function changeText(text: string, kept: string | undefined, options: ChangeOptions, random: Random): string {
  const ways = WAYS.filter((way) => options.keys[way] > 0);
  const way = ways[random.integer(ways.length)];
  const parts = splitWords(text);
  if (parts.words.length === 0) return text;
  const held = new Set(kept === undefined ? [] : splitWords(kept).words);
  CHANGES[way](parts, options.keys[way], (word) => !held.has(word), options, random);
  return joinWords(parts);
}

function freePlaces(words: readonly string[], free: (word: string) => boolean): number[] {
  return words.flatMap((word, place) => (free(word) ? [place] : []));
}

/** As in EDA, the share of the words, and one where that is less. */
function atLeastOne(share: number, words: readonly string[]): number {
  return Math.max(1, Math.floor(share * words.length));
}

function hasSynonyms(synonyms: Synonyms | undefined, word: string): boolean {
  return synonyms?.has(word.toLowerCase()) ?? false;
}

function synonymOf(synonyms: Synonyms | undefined, word: string, random: Random): string {
  const others = synonyms?.get(word.toLowerCase()) ?? [];
  return others.length === 0 ? word : others[random.integer(others.length)];
}
