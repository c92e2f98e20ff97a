import type { MatchableDocument, SurfaceForm, WatchMatch } from '../matching/watch-match';
import type { Sentence } from '../sentences/sentence';

/** A text, or a text with whom it is asked about, as the head takes it. */
export interface ScoringInput {
  readonly text: string;
  readonly pair?: string;
}

/** One input of a target, and what it weighs among the target's others. */
export interface TargetText extends ScoringInput {
  /** Position in the plan's `inputs`. */
  readonly input: number;
  /** By where it stands: the title counts more than the lead, the lead more than the rest. */
  readonly weight: number;
}

export interface ScoringTarget {
  readonly watchId: string;
  readonly texts: readonly TargetText[];
  /** Of each text, its position in the plan's `inputs`. */
  readonly inputs: readonly number[];
}

/** What the head must compute for a document. */
export interface ScoringPlan {
  /** Each different (text, pair) once. */
  readonly inputs: readonly ScoringInput[];
  /** In the order of the matches. */
  readonly targets: readonly ScoringTarget[];
  /** Position in `inputs` of the whole text without a pair, by which the head finds topics; where that was asked for. */
  readonly whole?: number;
}

/** Most sentences that are scored for one target of a document. */
export const MAX_SENTENCES_PER_TARGET = 12;

/** Characters of a text that is scored as a whole: more than any encoder in use reads. */
export const MAX_WHOLE_TEXT_CHARACTERS = 2_000;

/** A post up to this length is one statement: its sentences are scored together. */
export const MAX_POST_CHARACTERS = 280;

/** The title weighs as two sentences of the body. */
const TITLE_WEIGHT = 2;

/** Weight of the sentence at a rank (0 first): news tells the most important first, the "inverted pyramid". */
function positionWeight(rank: number): number {
  return 1 / (1 + rank / 4);
}

/**
 * What to ask the head about a document: for an entity each sentence that names it, with the name that stands there as the pair;
 * for a topic the whole text. The service, the back-test and the API all score by this plan.
 *
 * @param findsTopics whether the whole text is to be scored in any case, so that topics can be found by what the head says of it
 */
export function planScoring(document: MatchableDocument, matches: readonly WatchMatch[], findsTopics = false): ScoringPlan {
  const inputs: ScoringInput[] = [];
  const positions = new Map<string, number>();
  const intern = (input: ScoringInput): number => {
    const key = `${input.pair === undefined ? 0 : input.pair.length}:${input.pair ?? ''}:${input.text}`;
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, inputs.length);
    return inputs.push(input) - 1;
  };
  const targets = matches.map(({ watchId, target, forms, sentences }) => {
    const isWhole = target === undefined || sentences.length === 0 || isPost(document);
    const texts = (isWhole ? [wholeText(document)] : chosenSentences(sentences)).map(({ text, weight, sentence }): TargetText => {
      const input = target === undefined ? { text } : { text, pair: nameIn(sentence, target, forms) };
      return { ...input, input: intern(input), weight };
    });
    return { watchId, texts, inputs: texts.map(({ input }) => input) };
  });
  const whole = findsTopics ? intern({ text: wholeText(document).text }) : undefined;
  return { inputs, targets, ...(whole === undefined ? {} : { whole }) };
}

/**
 * How a sentence, or without one the whole document, names the target: by its first name if that stands there, else by another name, a
 * ticker or whatever it was found by. The head has learned about entities as texts name them.
 */
function nameIn(sentence: Sentence | undefined, target: string, forms: readonly SurfaceForm[]): string {
  const near =
    sentence === undefined
      ? forms
      : forms.filter(({ field, start, end }) => field === sentence.field && start < sentence.end && end > sentence.start);
  const first = near.find(({ surface }) => surface.toLowerCase() === target.toLowerCase());
  return (first ?? near.find(({ kind }) => kind === 'name') ?? near.at(0))?.surface ?? target;
}

function isPost({ title, text }: MatchableDocument): boolean {
  return (title === undefined || title.trim() === '') && text.trim().length <= MAX_POST_CHARACTERS;
}

/** A text to score; `sentence` is where it stands, if it is not the whole document. */
interface ChosenText {
  text: string;
  weight: number;
  sentence?: Sentence;
}

function wholeText({ title, text }: MatchableDocument): ChosenText {
  const parts = [title ?? '', text].map((part) => part.trim()).filter((part) => part !== '');
  return { text: clip(parts.join('\n'), MAX_WHOLE_TEXT_CHARACTERS), weight: 1 };
}

function chosenSentences(sentences: WatchMatch['sentences']): ChosenText[] {
  const body = sentences.filter(({ field }) => field === 'text');
  const title = sentences.filter(({ field }) => field === 'title');
  const choose = (sentence: Sentence, weight: number): ChosenText => ({
    text: clip(sentence.text, MAX_WHOLE_TEXT_CHARACTERS),
    weight,
    sentence,
  });
  return [
    ...title.map((sentence) => choose(sentence, TITLE_WEIGHT)),
    ...body.map((sentence, rank) => choose(sentence, positionWeight(rank))),
  ].slice(0, MAX_SENTENCES_PER_TARGET);
}

/** The start of a text, cut between characters rather than inside a surrogate pair. */
function clip(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const last = text.charCodeAt(characters - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? characters - 1 : characters);
}
