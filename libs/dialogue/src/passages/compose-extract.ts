import { joinSentences } from './split-passages';

/** A sentence of a passage, and how likely it is what was asked for. */
export interface JudgedSentence {
  readonly text: string;
  readonly probability: number;
}

/** Sentences beyond these, of all passages together, are not quoted. */
const MOST_SENTENCES = 6;
const MOST_CHARACTERS = 600;
/** A sentence below this share of the best one says something else. */
const CLOSE = 0.1;
const ASKS = /[?？]["'”’)\]]?$/u;

/**
 * An answer in the words of passages: their likeliest sentences, in the order in which they stand, each once. A question among them comes
 * with the sentence after it, which answers it.
 *
 * @param passages in the order in which they are quoted
 * @returns what is quoted of each passage; empty where it is nothing
 */
export function composeExtract(passages: readonly (readonly JudgedSentence[])[]): string[] {
  const all = passages.flatMap((sentences, passage) => sentences.map((sentence, place) => ({ ...sentence, passage, place })));
  const byProbability = [...all].sort((a, b) => b.probability - a.probability);
  const [best] = byProbability;
  if (best === undefined) return passages.map(() => '');
  const chosen = new Set<string>();
  let characters = 0;
  let count = 0;
  const key = (passage: number, place: number): string => `${passage}.${place}`;
  const texts = new Set<string>();
  for (const { passage, place, probability } of byProbability) {
    if (probability < best.probability * CLOSE) break;
    const together = withAnswer(passages[passage], place).filter((each) => !texts.has(passages[passage][each].text));
    const length = together.reduce((sum, each) => sum + passages[passage][each].text.length, 0);
    const isFirst = chosen.size === 0;
    if (!isFirst && (count + together.length > MOST_SENTENCES || characters + length > MOST_CHARACTERS)) continue;
    for (const each of together) {
      chosen.add(key(passage, each));
      texts.add(passages[passage][each].text);
    }
    count += together.length;
    characters += length;
  }
  return passages.map((sentences, passage) =>
    shortened(joinSentences(sentences.filter((_, place) => chosen.has(key(passage, place))).map(({ text }) => text))),
  );
}

/** Places of a sentence and of what answers it. */
function withAnswer(sentences: readonly JudgedSentence[], place: number): number[] {
  return ASKS.test(sentences[place].text) && place + 1 < sentences.length ? [place, place + 1] : [place];
}

/** A single sentence may be longer than an answer: it ends at a word. */
function shortened(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const cut = text.slice(0, MOST_CHARACTERS);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > MOST_CHARACTERS / 2 ? space : MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…`;
}
